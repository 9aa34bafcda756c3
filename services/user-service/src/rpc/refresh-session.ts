import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { refreshSession } from '../app/refresh-session.ts';
import { toSession } from './convert.ts';
import { deviceInput, refreshTokenInput } from './inputs.ts';

const input = z.object({ refreshToken: refreshTokenInput, device: deviceInput });

export function refreshSessionRpc(deps: UserDeps) {
  return unary({
    access: 'anyone',
    input,
    handle: async ({ refreshToken }) => ({ session: toSession(await refreshSession(deps, refreshToken)) }),
  });
}
