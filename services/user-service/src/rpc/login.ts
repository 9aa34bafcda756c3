import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { login } from '../app/login.ts';
import type { UserDeps } from '../app/ports.ts';
import { toSession } from './convert.ts';
import { codeInput, deviceInput, emailInput, passwordInput } from './inputs.ts';

const input = z.object({ email: emailInput, password: passwordInput, device: deviceInput, code: codeInput });

export function loginRpc(deps: UserDeps) {
  return unary({
    access: 'anyone',
    input,
    handle: async (request, { signal }) => ({ session: toSession(await login(deps, { ...request, signal })) }),
  });
}
