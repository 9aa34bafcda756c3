import type { Conversation } from '../../domain/conversation.ts';
import type { Generation } from '../../domain/generation.ts';
import type { Language } from '../../domain/language.ts';
import type { ContextMessage, Message } from '../../domain/message.ts';
import type { Parameters } from '../../domain/parameters.ts';
import type { CustomPersona } from '../../domain/persona.ts';

/** Where a turn goes in the tree. */
export type TurnPlace =
  | { readonly kind: 'start'; readonly conversationId: string; readonly persona: string; readonly model: string }
  | {
      readonly kind: 'post';
      readonly conversationId: string;
      /** Absent takes the active leaf. */
      readonly parentId?: string | undefined;
      /** Whether the message addresses the model. */
      readonly addressed: boolean;
      /** For the conversation from now on; absent keeps it. */
      readonly persona?: string | undefined;
      readonly model?: string | undefined;
    }
  /** A sibling of a user message. */
  | { readonly kind: 'edit'; readonly messageId: string }
  /** A sibling of a reply; it has no new user message. */
  | { readonly kind: 'regenerate'; readonly messageId: string }
  /** A sibling of a reply that was cut short, with its text to begin with. */
  | { readonly kind: 'continue'; readonly generationId: string };

/** A turn to store. */
export type NewTurn = {
  readonly userId: string;
  readonly clientMessageId: string;
  readonly requestHash: string;
  readonly place: TurnPlace;
  readonly generationId: string;
  readonly assistantMessageId: string;
  /** The message to answer, unless `place` names one that is there. */
  readonly userMessage: { readonly id: string; readonly content: string; readonly language: Language } | undefined;
  /** The title that a conversation gets with its first message. */
  readonly title: string;
  /** Those of the request. */
  readonly parameters: Parameters;
  readonly nowMs: number;
};

export type StoredTurn = {
  readonly conversation: Conversation;
  readonly userMessage: Message;
  readonly assistantMessage: Message;
  readonly generation: Generation;
};

/** A turn that was just stored, and what its generation needs beside it. */
export type AddedTurn = StoredTurn & {
  /** The branch above the reply. */
  readonly context: readonly ContextMessage[];
  readonly customPersona: CustomPersona | null;
};

/** Why a turn cannot be stored; `none` when it can by now. */
export type TurnObstacle =
  | 'none'
  | 'missing'
  | 'read-only'
  | 'unanswered'
  | 'wrong-role'
  | 'running'
  | 'nothing-to-continue';

export type TurnStore = {
  /**
   * Stores the conversation when new, the user message, the pending reply and the generation, with the parameters of the request over those of
   * the conversation, all or nothing, and returns them
   * with the branch above the reply. Stores nothing and returns undefined when the clientMessageId was used before or
   * something is in the way.
   */
  add(turn: NewTurn): Promise<AddedTurn | undefined>;
  /** The turn that an earlier call stored, as it is now, also when its conversation is in the trash. */
  find(key: { userId: string; clientMessageId: string }): Promise<(StoredTurn & { inTrash: boolean }) | undefined>;
  /** What is in the way of a turn. */
  findObstacle(turn: { userId: string; clientMessageId: string; place: TurnPlace }): Promise<TurnObstacle>;
};
