import { AppError } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Turn__Output } from '@chatbot/proto/chatbot/chat/v1/Turn';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type ChatClient, timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import { toMessage } from '../clients/resources/message.ts';
import { parametersSchema, toProtoParameters } from '../clients/resources/parameters.ts';
import { publishConversation, type UserEventPublisher } from '../events.ts';
import type { AheadTurn, AskAhead } from '../generation/ask-ahead.ts';
import type { Generations } from '../generation/generations.ts';
import type { Admission } from './admission.ts';
import type { Caller } from './caller.ts';

export const clientMessageIdSchema = z
  .string()
  .regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, "-" or "_"')
  .meta({ description: 'Chosen by the client; sending it again never posts twice' });

export const contentSchema = z
  .string()
  .max(100_000)
  .refine((text) => text.trim() !== '', 'must not be empty');

export const postMessageSchema = z.object({
  clientMessageId: clientMessageIdSchema,
  conversationId: z.uuid().optional(),
  parentId: z.uuid().optional(),
  content: contentSchema,
  persona: z.string().max(64).optional(),
  model: z.string().max(200).optional(),
  params: parametersSchema.optional(),
});

export const editMessageSchema = z.object({
  messageId: z.uuid(),
  clientMessageId: clientMessageIdSchema,
  content: contentSchema,
  params: parametersSchema.optional(),
});

export const regenerateReplySchema = editMessageSchema.omit({ content: true });

export const turnSchema = z
  .object({ conversationId: z.uuid(), userMessageId: z.uuid(), assistantMessageId: z.uuid(), generationId: z.uuid() })
  .meta({ id: 'Turn', description: 'What was stored; the reply is durable from here on' });

export const postedTurnSchema = turnSchema.partial({ assistantMessageId: true, generationId: true }).meta({
  id: 'PostedTurn',
  description: 'A Turn; without a reply when the conversation answers only messages that address the model',
});

export type TurnIds = z.infer<typeof turnSchema>;
export type PostedTurn = z.infer<typeof postedTurnSchema>;

export type TurnDeps = {
  chat: ChatClient;
  generations: Generations;
  ahead: AskAhead;
  events: UserEventPublisher;
  admission: Admission;
};

type TurnInput<Input> = { caller: Caller; userId: string; input: Input };

/** Stores a user message with its pending reply and starts the generation. Idempotent on (user, clientMessageId). */
export async function postMessage(
  deps: TurnDeps,
  { caller, userId, input }: TurnInput<z.infer<typeof postMessageSchema>>,
): Promise<PostedTurn> {
  const { params, conversationId = '', persona = '', model = '', parentId, clientMessageId, content } = input;
  const request = {
    generationId: uuidv7(),
    clientMessageId,
    conversationId,
    content,
    persona,
    model,
    ...(parentId === undefined ? {} : { parentId }),
    ...(params === undefined ? {} : { parameters: toProtoParameters(params) }),
  };
  return admitted(deps, { caller, userId, turn: clientMessageId }, async () => {
    const storing = deps.chat.unary('PostMessage', request, { ...caller, timeoutMs: timeouts.unaryMs });
    const ahead = deps.ahead.ask({ ...request, userId }, caller.context);
    try {
      return { caller, ...(await storing), ahead };
    } catch (error) {
      ahead?.drop(isRefusal(error) ? 'not-stored' : 'unknown');
      throw error;
    }
  });
}

/** Whether nothing can have been stored: chat-service said no. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && !error.retryable && error.reason !== 'INTERNAL';
}

/** Stores a sibling of a user message with other content, and its pending reply, and starts the generation. Idempotent as postMessage. */
export async function editMessage(
  deps: TurnDeps,
  { caller, userId, input: { params = {}, ...edit } }: TurnInput<z.infer<typeof editMessageSchema>>,
): Promise<PostedTurn> {
  const request = { ...edit, parameters: toProtoParameters(params) };
  return admitted(deps, { caller, userId, turn: edit.clientMessageId }, async () => ({
    caller,
    ...(await deps.chat.unary('EditMessage', request, { ...caller, timeoutMs: timeouts.unaryMs })),
  }));
}

/** Stores a pending sibling of a reply and starts the generation. Idempotent as postMessage. */
export async function regenerateReply(
  deps: TurnDeps,
  { caller, userId, input: { params = {}, ...reply } }: TurnInput<z.infer<typeof regenerateReplySchema>>,
): Promise<PostedTurn> {
  const request = { ...reply, parameters: toProtoParameters(params) };
  return admitted(deps, { caller, userId, turn: reply.clientMessageId }, async () => ({
    caller,
    ...(await deps.chat.unary('RegenerateReply', request, { ...caller, timeoutMs: timeouts.unaryMs })),
  }));
}

/** Stores a pending sibling of a reply that was cut short, which begins with its text, and starts the generation. Idempotent. */
export async function continueReply(
  deps: TurnDeps,
  { caller, userId, input }: TurnInput<{ generationId: string }>,
): Promise<PostedTurn> {
  return admitted(deps, { caller, userId, turn: `continue:${input.generationId}` }, async () => ({
    caller,
    ...(await deps.chat.unary('ContinueReply', input, { ...caller, timeoutMs: timeouts.unaryMs })),
  }));
}

/** In milliseconds. Whoever stored a turn runs it; a repeat looks after it only when that one had the time to begin. */
const replayDelayMs = 1_000;

type Begin = {
  caller: Caller;
  turn: Turn__Output | null;
  task: GenerationTask__Output | null;
  ahead?: AheadTurn | undefined;
};

/** Stores a turn if the account may have one more reply, and begins with that. */
async function admitted(
  deps: TurnDeps,
  { caller, userId, turn }: { caller: Caller; userId: string; turn: string },
  store: () => Promise<Begin>,
): Promise<PostedTurn> {
  const { stored } = await deps.admission.admit({ userId, turn, context: caller.context }, async () => {
    const stored = await store();
    const { generationId, replayed } = present(stored.turn, 'turn');
    // What is not answered takes no place, as a repeat takes none.
    return { stored, generationId, replayed: replayed || generationId === '' };
  });
  return begin(deps, stored);
}

function begin(deps: TurnDeps, { caller, turn, task, ahead }: Begin): PostedTurn {
  const { generations, events } = deps;
  const { conversation, userMessage, assistantMessage, generationId, replayed } = present(turn, 'turn');
  if (conversation?.replyMode === 'mentioned') deps.ahead.avoid(conversation.id);
  const user = toMessage(userMessage);
  const assistant = assistantMessage === null ? undefined : toMessage(assistantMessage);
  // Not awaited: the turn is durable, so the client's answer need not wait for the claim. Should it fail, the generation is found as an orphan.
  if (task !== null) generations.start(task, caller.context, ahead).catch(() => undefined);
  else {
    ahead?.drop(assistant === undefined ? 'not-answered' : 'not-stored');
    if (assistant !== undefined) lookAfter(generationId);
  }
  // After the answer and a first text that was asked for ahead, which are waited for; the other sessions are not in such a hurry.
  if (!replayed) {
    events.defer(() => {
      const { readerUserIds } = present(conversation, 'conversation');
      events.publish(readerUserIds, 'message:created', user);
      if (assistant !== undefined) events.publish(readerUserIds, 'message:created', assistant);
      publishConversation(events, conversation);
    });
  }
  return {
    conversationId: user.conversationId,
    userMessageId: user.id,
    ...(assistant === undefined ? {} : { assistantMessageId: assistant.id, generationId }),
  };

  function lookAfter(id: string) {
    setTimeout(() => void generations.ensureRunning(id, caller.context).catch(() => undefined), replayDelayMs);
  }
}
