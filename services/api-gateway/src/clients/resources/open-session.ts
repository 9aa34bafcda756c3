import type { OpenSession__Output } from '@chatbot/proto/chatbot/user/v1/OpenSession';
import { z } from 'zod';
import { dateTime, iso, present } from './fields.ts';

export const openSessionSchema = z
  .object({
    id: z.uuid(),
    device: z.object({ userAgent: z.string(), ipAddress: z.string() }),
    createdAt: dateTime,
    lastUsedAt: dateTime.meta({ description: 'When its tokens were last exchanged' }),
    expiresAt: dateTime,
    current: z.boolean().meta({ description: 'Whether the token of the request belongs to it' }),
  })
  .meta({ id: 'OpenSession' });

export type OpenSession = z.infer<typeof openSessionSchema>;

export function toOpenSession({ id, device, current, ...times }: OpenSession__Output): OpenSession {
  const { userAgent, ipAddress } = present(device, 'device');
  return {
    id,
    device: { userAgent, ipAddress },
    createdAt: iso(times.createdAt),
    lastUsedAt: iso(times.lastUsedAt),
    expiresAt: iso(times.expiresAt),
    current,
  };
}
