import type { Conversation } from '../../domain/conversation.ts';
import type { Generation, GenerationEnd, GenerationTask, GenerationWithText } from '../../domain/generation.ts';
import type { Language } from '../../domain/language.ts';
import type { Message } from '../../domain/message.ts';
import type { ConversationKey } from './conversation-store.ts';

/** A write by the owner of a generation's lease. */
export type FencedKey = { readonly generationId: string; readonly fence: number };

export type Checkpoint = FencedKey & {
  readonly seq: number;
  readonly content: string;
  readonly model: string;
  readonly nowMs: number;
};

export type Completion = FencedKey & {
  readonly end: GenerationEnd;
  /** Of the text. */
  readonly language: Language;
  readonly nowMs: number;
};

export type CompletedGeneration = {
  readonly generation: Generation;
  readonly conversation: Conversation;
  readonly message: Message;
};

export type UnfinishedCount = { readonly count: number; readonly oldestCreatedAtMs: number | undefined };

export type GenerationStore = {
  get(key: { generationId: string; userId: string }): Promise<(GenerationWithText & { writable: boolean }) | undefined>;
  /** Those of a conversation without an end, the oldest first; undefined without the conversation. */
  listRunning(key: ConversationKey & { limit: number }): Promise<readonly GenerationWithText[] | undefined>;
  /** For any owner; undefined when the conversation is in the trash. */
  getTask(generationId: string): Promise<GenerationTask | undefined>;
  /** The oldest first, without those of conversations in the trash. */
  listUnfinished(query: { createdBeforeMs: number; limit: number }): Promise<readonly string[]>;
  /** How many generations outside of the trash have no end, and since when the oldest of them waits for it. */
  countUnfinished(): Promise<UnfinishedCount>;
  /** The generations of a conversation without an end, also when it is in the trash. */
  listUnfinishedOf(conversationId: string): Promise<readonly string[]>;
  /** As listUnfinishedOf, of several conversations. */
  listUnfinishedOfMany(conversationIds: readonly string[]): Promise<readonly string[]>;
  /**
   * Stores the text when it is newer than the stored one and the generation has not ended. Works in the trash as well: what is restored
   * has the text.
   */
  checkpoint(checkpoint: Checkpoint): Promise<'ok' | 'fenced' | 'missing'>;
  /** Stores the end unless there is one, and returns what is stored then. Works in the trash as well. */
  complete(completion: Completion): Promise<CompletedGeneration | 'fenced' | 'missing'>;
};
