import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';

const input = z.object({ userIds: z.array(z.uuid()).max(200) });

export function listProfilesRpc({ profiles }: UserDeps) {
  return unary({
    access: 'service',
    input,
    handle: async ({ userIds }) => ({ profiles: [...(await profiles.list(userIds))] }),
  });
}
