import { problemSchema } from '@chatbot/errors';
import type { Generation__Output } from '@chatbot/proto/chatbot/chat/v1/Generation';
import { z } from 'zod';
import { timingsSchema, usageSchema } from '../../generation/frame.ts';
import { dateTime, filled, iso, present } from './fields.ts';
import { messageStatusSchema } from './message.ts';
import { outcome } from './outcome.ts';

export const generationSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    messageId: z.uuid(),
    status: messageStatusSchema,
    seq: z
      .int()
      .meta({ description: 'The frame that the stored text includes last; at the end, the number of the end frame' }),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    timings: timingsSchema.optional(),
    problem: problemSchema.optional(),
    createdAt: dateTime,
    endedAt: dateTime.optional(),
  })
  .meta({ id: 'Generation' });

export type Generation = z.infer<typeof generationSchema>;

export function toGeneration(generation: Generation__Output | null): Generation {
  const { id, conversationId, messageId, seq, ...rest } = present(generation, 'generation');
  return {
    id,
    conversationId,
    messageId,
    seq,
    status: messageStatusSchema.parse(rest.status),
    ...filled({ model: rest.model }),
    ...outcome(rest),
    createdAt: iso(rest.createdAt),
    ...(rest.endedAt === null ? {} : { endedAt: iso(rest.endedAt) }),
  };
}
