import { problemSchema } from '@chatbot/errors';
import type { Message__Output } from '@chatbot/proto/chatbot/chat/v1/Message';
import { z } from 'zod';
import { timingsSchema, usageSchema } from '../../generation/frame.ts';
import { dateTime, filled, iso, present } from './fields.ts';
import { outcome } from './outcome.ts';
import { parametersSchema, toParameters } from './parameters.ts';

export const messageStatusSchema = z.enum(['pending', 'streaming', 'completed', 'stopped', 'interrupted', 'failed']);

export const messageSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    parentId: z.uuid().nullable(),
    role: z.enum(['user', 'assistant', 'system']),
    content: z.string(),
    status: messageStatusSchema,
    generationId: z.uuid().optional(),
    authorId: z.uuid().optional(),
    contentSeq: z
      .int()
      .meta({ description: 'The frame of the generation that content includes last; follow from here' }),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    timings: timingsSchema.optional(),
    problem: problemSchema.optional(),
    siblingIds: z
      .array(z.uuid())
      .optional()
      .meta({ description: 'In lists: the messages in the same place on other branches and this one, oldest first' }),
    feedback: z
      .object({ rating: z.enum(['up', 'down']), comment: z.string() })
      .optional()
      .meta({ description: 'In lists: what the caller thinks of it' }),
    persona: z.string().optional().meta({ description: 'In lists and when made: what a reply was asked for with' }),
    params: parametersSchema.optional().meta({
      description:
        'In lists and when made: what a reply was asked for with, those of the message and beside them those of the conversation',
    }),
    createdAt: dateTime,
    updatedAt: dateTime,
    version: z.int(),
  })
  .meta({ id: 'Message' });

export type Message = z.infer<typeof messageSchema>;

export function toMessage(message: Message__Output | null): Message {
  const { id, conversationId, parentId, content, contentSeq, version, ...rest } = present(message, 'message');
  return {
    id,
    conversationId,
    parentId: parentId === '' ? null : parentId,
    role: messageSchema.shape.role.parse(rest.role),
    content,
    status: messageStatusSchema.parse(rest.status),
    contentSeq,
    version,
    ...filled({ generationId: rest.generationId, authorId: rest.authorId, model: rest.model, persona: rest.persona }),
    ...outcome(rest),
    ...(rest.parameters === null ? {} : { params: toParameters(rest.parameters) }),
    createdAt: iso(rest.createdAt),
    updatedAt: iso(rest.updatedAt),
  };
}

/** A message of a list, with what its reader sees beside it. */
export function toListedMessage(message: Message__Output): Message {
  const { siblingIds, feedback } = message;
  return {
    ...toMessage(message),
    siblingIds,
    ...(feedback === null
      ? {}
      : { feedback: { rating: feedback.rating === 'up' ? 'up' : 'down', comment: feedback.comment } }),
  };
}
