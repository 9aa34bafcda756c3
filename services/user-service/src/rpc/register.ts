import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { register } from '../app/register.ts';
import { toSession } from './convert.ts';
import { deviceInput, displayNameInput, emailInput, passwordInput, setupTokenInput } from './inputs.ts';

const input = z.object({
  email: emailInput,
  password: passwordInput,
  displayName: displayNameInput,
  device: deviceInput,
  setupToken: setupTokenInput,
});

export function registerRpc(deps: UserDeps) {
  return unary({
    access: 'anyone',
    input,
    handle: async (request, { signal }) => ({ session: toSession(await register(deps, { ...request, signal })) }),
  });
}
