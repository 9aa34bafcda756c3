import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { secondFactorSchema, toSecondFactor } from '../../clients/resources/second-factor.ts';
import { defineRoute } from '../route.ts';

const path = '/users/me/second-factor';
const password = z.string().min(1).max(1_024);

export const codeSchema = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'Six digits of the authenticator app, or a recovery code; each is accepted once' });

/** What weakens or replaces the second factor needs both. */
const proof = z.object({ password, code: codeSchema });
const recoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()) })
  .meta({ id: 'RecoveryCodes', description: 'Told this once; each opens one session in place of a code' });

export const getSecondFactor = defineRoute({
  method: 'get',
  path,
  access: 'user',
  tag: 'users',
  summary: 'Whether signing in asks for a code besides the password',
  responses: { 200: { description: 'The state of the second factor', schema: secondFactorSchema } },
  async handle({ clients }, { caller }) {
    const state = await clients.user.unary('GetSecondFactor', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: toSecondFactor(state) };
  },
});

export const createSecondFactor = defineRoute({
  method: 'post',
  path,
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Make the secret of an authenticator app (RFC 6238); it counts once a code of it is confirmed',
  body: z.object({ password }),
  responses: {
    201: {
      description: 'The secret, in Base32 and as an otpauth:// address',
      schema: z.object({ secret: z.string(), uri: z.string() }),
    },
  },
  async handle({ clients }, { caller, body }) {
    const options = { ...caller, timeoutMs: timeouts.credentialsMs };
    const { secret, uri } = await clients.user.unary('CreateSecondFactor', body, options);
    return { status: 201, body: { secret, uri } };
  },
});

export const confirmSecondFactor = defineRoute({
  method: 'post',
  path: `${path}/confirm`,
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Turn the second factor on',
  body: z.object({ code: codeSchema }),
  responses: { 200: { description: 'It is on; the recovery codes', schema: recoveryCodes } },
  async handle({ clients }, { caller, body }) {
    const answer = await clients.user.unary('ConfirmSecondFactor', body, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: { recoveryCodes: answer.recoveryCodes } };
  },
});

export const createRecoveryCodes = defineRoute({
  method: 'post',
  path: `${path}/recovery-codes`,
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Replace the recovery codes',
  body: proof,
  responses: { 200: { description: 'The new ones; those of before are void', schema: recoveryCodes } },
  async handle({ clients }, { caller, body }) {
    const options = { ...caller, timeoutMs: timeouts.credentialsMs };
    const answer = await clients.user.unary('CreateRecoveryCodes', body, options);
    return { status: 200, body: { recoveryCodes: answer.recoveryCodes } };
  },
});

export const deleteSecondFactor = defineRoute({
  method: 'delete',
  path,
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Turn the second factor off',
  body: proof,
  responses: { 204: { description: 'It is off; the recovery codes are void' } },
  async handle({ clients }, { caller, body }) {
    await clients.user.unary('DeleteSecondFactor', body, { ...caller, timeoutMs: timeouts.credentialsMs });
    return { status: 204 };
  },
});
