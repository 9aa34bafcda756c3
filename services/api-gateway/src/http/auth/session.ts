import type { Session__Output } from '@chatbot/proto/chatbot/user/v1/Session';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { present } from '../../clients/resources/fields.ts';
import { toUser, userSchema } from '../../clients/resources/user.ts';

const delivery = z
  .enum(['cookie', 'body'])
  .meta({ description: 'Where the refresh token goes: an HttpOnly cookie, or the body for clients without cookies' });

export const tokenDeliverySchema = delivery.default('cookie');

/** For a request that brings a refresh token: when absent, the new one goes where the old one came from. */
export const sameDeliverySchema = delivery.optional();

export const sessionSchema = z
  .object({
    accessToken: z.string(),
    expiresInSeconds: z.int(),
    user: userSchema,
    refreshToken: z.string().optional().meta({ description: 'Only with tokenDelivery "body"' }),
    restored: z
      .literal(true)
      .optional()
      .meta({ description: 'The account was marked for deletion; this sign-in has kept it' }),
  })
  .meta({ id: 'Session' });

type CookieSettings = { secure: boolean };

/** Answers with a session; the refresh token goes into the cookie or the body. */
export function answerWithSession(
  response: Response,
  {
    session,
    delivery,
    cookies,
  }: { session: Session__Output | null; delivery: 'cookie' | 'body'; cookies: CookieSettings },
) {
  const grant = present(session, 'session');
  const { accessToken, expiresInSeconds, refreshToken, refreshExpiresInSeconds, user, restored } = grant;
  if (delivery === 'cookie') {
    response.cookie(cookieName(cookies), refreshToken, {
      ...cookieAttributes(cookies),
      maxAge: refreshExpiresInSeconds * 1000,
    });
  }
  return {
    accessToken,
    expiresInSeconds,
    user: toUser(user),
    ...(delivery === 'body' ? { refreshToken } : {}),
    ...(restored ? { restored } : {}),
  };
}

export function readRefreshCookie(request: Request, cookies: CookieSettings): string | undefined {
  const token = parseCookie(request.headers.cookie ?? '')[cookieName(cookies)];
  return token === '' ? undefined : token;
}

export function clearRefreshCookie(response: Response, cookies: CookieSettings): void {
  response.clearCookie(cookieName(cookies), cookieAttributes(cookies));
}

/** The __Host- prefix makes browsers refuse the cookie unless it is Secure, for this host alone and for every path. */
function cookieName({ secure }: CookieSettings): string {
  return secure ? '__Host-refresh' : 'refresh';
}

function cookieAttributes({ secure }: CookieSettings) {
  return { httpOnly: true, secure, sameSite: 'strict', path: '/' } as const;
}

/** Where a session is opened from, for its owner to recognise it. */
export function deviceOf(request: Request) {
  return { userAgent: (request.headers['user-agent'] ?? '').slice(0, 512), ipAddress: request.ip ?? '' };
}
