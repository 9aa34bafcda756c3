import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { logout } from '../app/logout.ts';
import type { UserDeps } from '../app/ports.ts';
import { refreshTokenInput } from './inputs.ts';

const input = z.object({ refreshToken: refreshTokenInput });

export function logoutRpc(deps: UserDeps) {
  return unary({
    access: 'anyone',
    input,
    handle: async ({ refreshToken }) => {
      await logout(deps, refreshToken);
      return {};
    },
  });
}
