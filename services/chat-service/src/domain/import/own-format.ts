import { z } from 'zod';
import { endStatuses, toUsage } from '../message.ts';
import { parametersSchema } from '../parameters.ts';
import { type SourceConversation, toDate } from './source-message.ts';

const usage = z
  .object({ promptTokens: z.int().min(0).optional(), completionTokens: z.int().min(0) })
  .transform(toUsage);
const durationMs = z.number().min(0);
const timings = z.object({ queuedMs: durationMs, loadMs: durationMs, firstTokenMs: durationMs, totalMs: durationMs });

const message = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  // What was being written when it was exported is whole nowhere.
  status: z.enum(endStatuses).catch('interrupted'),
  model: z.string().default(''),
  usage: usage.nullable().default(null),
  timings: timings.nullable().default(null),
  createdAt: z.string().optional(),
});

/** A conversation of our own export, version 1. */
export const ownFormat = z
  .object({
    title: z.string(),
    persona: z.string().default(''),
    model: z.string().default(''),
    parameters: parametersSchema.default({}),
    pinned: z.boolean().default(false),
    archived: z.boolean().default(false),
    createdAt: z.string().optional(),
    lastMessageAt: z.string().optional(),
    activeLeafId: z.string().nullable().default(null),
    messages: z.array(message),
  })
  .transform(
    ({ createdAt, lastMessageAt, activeLeafId, messages, ...same }): SourceConversation => ({
      ...same,
      createdAt: toDate(createdAt),
      updatedAt: toDate(lastMessageAt),
      activeKey: activeLeafId,
      messages: messages.map(({ id, parentId, ...rest }) => ({
        ...rest,
        key: id,
        parentKey: parentId,
        createdAt: toDate(rest.createdAt),
        hidden: false,
      })),
    }),
  );
