import { AppError } from '@chatbot/errors';
import type { Request } from 'express';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { defineRoute } from '../route.ts';
import { codeSchema } from '../users/second-factor.ts';
import {
  answerWithSession,
  clearRefreshCookie,
  deviceOf,
  readRefreshCookie,
  sameDeliverySchema,
  sessionSchema,
  tokenDeliverySchema,
} from './session.ts';

const email = z.email().max(254);
const password = z.string().min(1).max(1_024);
const refreshTokenBody = z
  .object({ refreshToken: z.string().max(512).optional(), tokenDelivery: sameDeliverySchema })
  .default({});

export const register = defineRoute({
  method: 'post',
  path: '/auth/register',
  access: 'anyone',
  limit: 'sign-ins',
  tag: 'auth',
  summary: 'Make an account and open its first session',
  body: z.object({
    email,
    password,
    displayName: z.string().trim().max(80).optional(),
    setupToken: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: 'SETUP_TOKEN of the installation: the account becomes its first administrator' }),
    tokenDelivery: tokenDeliverySchema,
  }),
  responses: { 201: { description: 'The account is made and signed in', schema: sessionSchema } },
  async handle({ clients, cookies }, { body, context, request, response }) {
    const input = {
      email: body.email,
      password: body.password,
      displayName: body.displayName ?? '',
      setupToken: body.setupToken ?? '',
      device: deviceOf(request),
    };
    const { session } = await clients.user.unary('Register', input, { context, timeoutMs: timeouts.credentialsMs });
    return { status: 201, body: answerWithSession(response, { session, delivery: body.tokenDelivery, cookies }) };
  },
});

export const login = defineRoute({
  method: 'post',
  path: '/auth/login',
  access: 'anyone',
  limit: 'sign-ins',
  tag: 'auth',
  summary: 'Open a session; an account with a second factor needs a code besides',
  body: z.object({
    email: z.string().min(1).max(254),
    password,
    code: codeSchema.optional(),
    tokenDelivery: tokenDeliverySchema,
  }),
  responses: { 200: { description: 'Signed in', schema: sessionSchema } },
  async handle({ clients, cookies }, { body, context, request, response }) {
    const { email, password, code = '' } = body;
    const input = { email, password, code, device: deviceOf(request) };
    const { session } = await clients.user.unary('Login', input, { context, timeoutMs: timeouts.credentialsMs });
    return { status: 200, body: answerWithSession(response, { session, delivery: body.tokenDelivery, cookies }) };
  },
});

export const refresh = defineRoute({
  method: 'post',
  path: '/auth/refresh',
  access: 'anyone',
  limit: 'sign-ins',
  tag: 'auth',
  summary: 'Exchange the refresh token for a new one and an access token',
  body: refreshTokenBody,
  responses: { 200: { description: 'The session goes on', schema: sessionSchema } },
  async handle({ clients, cookies }, { body, context, request, response }) {
    const { token, delivery } = presentedToken(request, { body, cookies });
    if (token === undefined) throw new AppError('REFRESH_TOKEN_INVALID');
    const input = { refreshToken: token, device: deviceOf(request) };
    const { session } = await clients.user.unary('RefreshSession', input, { context, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: answerWithSession(response, { session, delivery, cookies }) };
  },
});

export const logout = defineRoute({
  method: 'post',
  path: '/auth/logout',
  access: 'anyone',
  limit: 'sign-ins',
  tag: 'auth',
  summary: 'End the session of the refresh token',
  body: refreshTokenBody,
  responses: { 204: { description: 'The session has ended, or there was none' } },
  async handle({ clients, cookies }, { body, context, request, response }) {
    const { token } = presentedToken(request, { body, cookies });
    if (token !== undefined)
      await clients.user.unary('Logout', { refreshToken: token }, { context, timeoutMs: timeouts.unaryMs });
    clearRefreshCookie(response, cookies);
    return { status: 204 };
  },
});

export const logoutAll = defineRoute({
  method: 'post',
  path: '/auth/logout-all',
  access: 'user',
  tag: 'auth',
  summary: 'End every session of the account, this one too',
  responses: { 204: { description: 'All sessions have ended' } },
  async handle({ clients, cookies }, { caller, response }) {
    await clients.user.unary('LogoutAll', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    clearRefreshCookie(response, cookies);
    return { status: 204 };
  },
});

type Presented = { body: z.output<typeof refreshTokenBody>; cookies: { secure: boolean } };

/** The refresh token of a request, from its body or its cookie. A cookie counts only with proof that our own page sent it. */
function presentedToken(
  request: Request,
  { body, cookies }: Presented,
): { token: string | undefined; delivery: 'cookie' | 'body' } {
  if (body.refreshToken !== undefined) return { token: body.refreshToken, delivery: body.tokenDelivery ?? 'body' };
  const token = readRefreshCookie(request, cookies);
  if (token !== undefined) requireOwnPage(request);
  return { token, delivery: body.tokenDelivery ?? 'cookie' };
}

/**
 * Browsers send an Origin with every POST (the origin list has checked it by now), and let other origins add a header of their own only after
 * a preflight that we refuse. Without either, the request proves nothing.
 */
function requireOwnPage(request: Request): void {
  if (request.headers.origin !== undefined || request.headers['x-requested-with'] !== undefined) return;
  throw new AppError('ORIGIN_NOT_ALLOWED', {
    detail: 'A request by cookie needs an Origin or an X-Requested-With header',
  });
}
