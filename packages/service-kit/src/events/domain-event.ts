import { z } from 'zod';

/**
 * What happened in one service and concerns others. The id is that of what happened (a message, a generation, a session), so that the same fact has
 * the same id however often it is published. Fields are added to a version, never changed or taken away; a change of meaning is a new `v`.
 */
const envelope = { id: z.uuid(), v: z.literal(1), at: z.iso.datetime(), userId: z.uuid() };

const tokenCount = z.int().min(0);

const signedIn = z
  .object({ ...envelope, type: z.literal('user.signed_in') })
  .describe('A session was opened; `id` is the session');

const accountDeleted = z
  .object({ ...envelope, type: z.literal('user.account_deleted') })
  .describe('An account is gone for good; `id` is the account. Whoever holds data of it removes them');

const messagePosted = z
  .object({ ...envelope, type: z.literal('chat.message_posted'), persona: z.string() })
  .describe('A person wrote a message; `id` is the message');

const generationEnded = z
  .object({
    ...envelope,
    type: z.literal('chat.generation_ended'),
    status: z.enum(['completed', 'stopped', 'interrupted', 'failed']),
    persona: z.string(),
    model: z.string(),
    promptTokens: tokenCount,
    completionTokens: tokenCount,
    durationMs: z.number().min(0).describe('From the request to the end, waiting included'),
  })
  .describe('A reply ended in whatever way; `id` is the generation');

export const domainEventSchema = z.discriminatedUnion('type', [
  signedIn,
  accountDeleted,
  messagePosted,
  generationEnded,
]);

export type DomainEvent = z.infer<typeof domainEventSchema>;
export type DomainEventType = DomainEvent['type'];

/** Where events go. */
export type DomainEventPublisher = {
  /** Resolves when all of them are kept for every consumer. Throws when that is not sure; publishing them again does no harm. */
  publish(events: readonly DomainEvent[]): Promise<void>;
};

/**
 * What a consumer does with events. It gets each one at least once, in no certain order, and has to have the effect of each one once. Events that it
 * throws for come again.
 */
export type DomainEventHandler = (events: readonly DomainEvent[]) => Promise<void>;
