import type { Conversation } from './conversation.ts';
import type { ContextMessage, EndStatus, Message, MessageStatus, ProblemDocument, Timings, Usage } from './message.ts';
import type { Parameters } from './parameters.ts';
import type { CustomPersona } from './persona.ts';

/** What asked for a reply; `start` is the first message of a new conversation. */
export type TurnKind = 'start' | 'post' | 'edit' | 'regenerate' | 'continue';

/** The record of one reply being written. Ids are UUIDv7. */
export type Generation = {
  readonly id: string;
  readonly conversationId: string;
  readonly userId: string;
  readonly userMessageId: string;
  readonly assistantMessageId: string;
  readonly kind: TurnKind;
  readonly requestHash: string;
  readonly status: MessageStatus;
  /** The frame that the stored text includes last; at the end, the number of the end frame. */
  readonly seq: number;
  readonly requestedModel: string;
  readonly persona: string;
  /** Those of the request over those of the conversation. */
  readonly parameters: Parameters;
  /** The model that answered; empty before it is known. */
  readonly model: string;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly problem: ProblemDocument | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

/** A generation and the text of its reply as stored. */
export type GenerationWithText = { readonly generation: Generation; readonly content: string };

/** How a generation ended. */
export type GenerationEnd = {
  readonly status: EndStatus;
  /** The number of the end frame. */
  readonly seq: number;
  readonly content: string;
  readonly model: string;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly problem: ProblemDocument | null;
};

/** What one post, edit, regenerate or continue made. */
export type Turn = {
  readonly conversation: Conversation;
  readonly userMessage: Message;
  readonly assistantMessage: Message;
  readonly generation: Generation;
  /** True when an earlier call stored it. */
  readonly replayed: boolean;
};

/** All that is needed to run a generation. */
export type GenerationTask = GenerationWithText & {
  /** The branch above the reply, root first, without empty replies. */
  readonly context: readonly ContextMessage[];
  /** The persona to answer with when it is a person's own; null for a built-in one, and for one that is gone. */
  readonly customPersona: CustomPersona | null;
  /** Those of the conversation alone. */
  readonly conversationParameters: Parameters;
  /** Whether the conversation still has the title made from its first message. */
  readonly titleWanted: boolean;
};

/**
 * Bounds of a context: the newest messages count. The bytes keep a task well under the largest gRPC message (16 MiB);
 * they are several times what the largest window of a model takes.
 */
export const contextMessageCountMax = 1_000;
export const contextBytesMax = 8 * 1024 * 1024;
