import { z } from 'zod';
import { displayNameLengthMax } from '../domain/account.ts';
import { passwordLengthMax } from '../domain/password-policy.ts';
import { themes } from '../domain/preferences.ts';

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

/** Of a second factor; what it looks like is looked at when it is compared. */
export const codeInput = z.string().max(64);

/** What the owner of a second factor shows before it is changed. */
export const ownerProofInput = z.object({ password: passwordInput, code: codeInput });

/** Empty for none. */
export const setupTokenInput = z.string().max(512);

const parametersInput = z
  .object({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    maxTokens: z.int().min(1).max(32_768).optional(),
    seed: z.int32().optional(),
    stop: z.array(z.string().min(1).max(64)).max(8),
  })
  .nullable()
  .transform((parameters) => {
    const { stop = [], ...rest } = parameters ?? {};
    return { ...rest, ...(stop.length === 0 ? {} : { stop }) };
  });

/** Everything that a person can prefer, and the version that they last saw. */
export const preferencesInput = z.object({
  theme: z.enum(themes),
  defaultPersona: z.string().max(64),
  defaultModel: z.string().max(200),
  parameters: parametersInput,
  language: z.union([
    z.literal(''),
    z
      .string()
      .max(35)
      .regex(/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i, 'must be a BCP 47 tag'),
  ]),
  sendOnEnter: z.boolean(),
  version: z.int().min(0),
});

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
