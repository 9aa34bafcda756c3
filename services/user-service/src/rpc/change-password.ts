import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { changePassword } from '../app/change-password.ts';
import type { UserDeps } from '../app/ports.ts';
import { passwordInput } from './inputs.ts';

const input = z.object({ currentPassword: passwordInput, newPassword: passwordInput });

export function changePasswordRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async (request, { identity, signal }) => ({
      endedSessionCount: await changePassword(deps, { ...request, identity, signal }),
    }),
  });
}
