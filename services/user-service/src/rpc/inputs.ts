import { z } from 'zod';
import { displayNameLengthMax } from '../domain/account.ts';
import { passwordLengthMax } from '../domain/password-policy.ts';

/** An e-mail address, brought to lower case. */
export const emailInput = z.string().max(320).trim().toLowerCase().pipe(z.email().max(254));

/** A password of any strength; Unicode code points are counted. */
export const passwordInput = z
  .string()
  .min(1, 'must not be empty')
  .max(passwordLengthMax * 2, `must have at most ${passwordLengthMax} characters`)
  .refine((value) => [...value].length <= passwordLengthMax, `must have at most ${passwordLengthMax} characters`);

/** A name that others see: no control characters, and none that turn the direction of the text around it. */
export const displayNameInput = z
  .string()
  .max(1_000)
  .trim()
  .max(displayNameLengthMax)
  .regex(/^[^\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069]*$/u, 'must be one line of visible characters');

export const refreshTokenInput = z.string().min(1, 'must not be empty').max(512);

const ipAddressInput = z.union([z.literal(''), z.ipv4(), z.ipv6()], 'must be an IP address');
/** Not worth refusing a sign-in for; it is cleaned instead. */
const userAgentInput = z
  .string()
  .max(512)
  .transform((value) => value.replace(/\p{Cc}/gu, ' '));

/** From where a request came; a caller who does not know leaves it out. */
export const deviceInput = z
  .object({ userAgent: userAgentInput, ipAddress: ipAddressInput })
  .nullable()
  .transform((device) => device ?? { userAgent: '', ipAddress: '' });
