import type { Conversation, ConversationChanges, ListedConversation, PersonalChanges } from '../domain/conversation.ts';
import type { ConversationFilter, ConversationPlace, TrashPlace } from '../domain/cursor.ts';
import type { Folder } from '../domain/folder.ts';
import type {
  Generation,
  GenerationEnd,
  GenerationTask,
  GenerationWithText,
  Parameters,
} from '../domain/generation.ts';
import type { ImportedConversation, ImportedMessage } from '../domain/imported-conversation.ts';
import type { Language } from '../domain/language.ts';
import type { Changes, Draft, OwnReadMark, ReadMark } from '../domain/live-state.ts';
import type { Invite, MemberRole } from '../domain/member.ts';
import type { ContextMessage, Feedback, ListedMessage, Message } from '../domain/message.ts';
import type { CustomPersona, Persona, PersonaContent } from '../domain/persona.ts';
import type { SearchFilter, SearchHit } from '../domain/search.ts';
import type { SearchQuery } from '../domain/search-query.ts';
import type { Share, SharedConversation } from '../domain/share.ts';

// What the use cases need from the outside. Every method that takes a userId answers for the conversations that this user owns or is a
// member of and that are not in the trash, and as if nothing else existed. All throw AppError UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL.

/** A conversation, and who asks. */
export type ConversationKey = { readonly conversationId: string; readonly userId: string };

export type ConversationStore = {
  add(conversation: Conversation): Promise<void>;
  get(key: ConversationKey): Promise<Conversation | undefined>;
  /** Those that the user owns or is a member of: pinned ones first, then in the order asked for; those after a place. */
  list(query: ConversationQuery): Promise<readonly ListedConversation[]>;
  /** Changes it when the version is the current one and the user may. */
  update(update: ConversationUpdate): Promise<ConversationUpdateResult>;
  /** Moves it to the trash and returns it; also when it was there already. Only for its owner. */
  remove(key: ConversationKey & { readonly nowMs: number }): Promise<Conversation | 'not-owner' | undefined>;
  /** Stores a title while the present one is a default; undefined when there is no such conversation. For any owner. */
  setGeneratedTitle(change: GeneratedTitle): Promise<{ conversation: Conversation; changed: boolean } | undefined>;
};

export type ConversationQuery = {
  readonly userId: string;
  readonly filter: ConversationFilter;
  readonly after?: ConversationPlace | undefined;
  readonly limit: number;
};

export type ConversationUpdate = ConversationKey & {
  readonly version: number;
  readonly changes: ConversationChanges;
  readonly nowMs: number;
};

export type ConversationUpdateResult =
  | { readonly outcome: 'updated'; readonly conversation: Conversation }
  | { readonly outcome: 'conflict'; readonly currentVersion: number }
  | { readonly outcome: 'read-only' }
  | { readonly outcome: 'unknown'; readonly field: 'folderId' | 'activeLeafId' }
  | { readonly outcome: 'missing' };

export type GeneratedTitle = { readonly conversationId: string; readonly title: string; readonly nowMs: number };

export type MessageStore = {
  /** The newest messages of a conversation, newest first, from an id downwards; undefined without the conversation. */
  listTree(query: ConversationKey & MessageRange): Promise<readonly ListedMessage[] | undefined>;
  /** A message and those above it, upwards; undefined without the conversation or the message. */
  listBranch(query: ConversationKey & { leafId: string; limit: number }): Promise<readonly ListedMessage[] | undefined>;
  /** The messages of a branch below one of them, nearest first; none when it is not on the branch. */
  listBelow(
    query: ConversationKey & { leafId: string; messageId: string; limit: number },
  ): Promise<readonly ListedMessage[]>;
  /**
   * The end of the branch on which a message is read: that of the user's active branch when the message is on it, else that of the newest
   * messages below it. Undefined without the conversation or the message.
   */
  findLeaf(key: ConversationKey & { messageId: string }): Promise<string | undefined>;
  /** Only for a reply. */
  setFeedback(change: FeedbackChange): Promise<'set' | 'missing' | 'wrong-role'>;
};

export type FeedbackChange = {
  readonly userId: string;
  readonly messageId: string;
  /** Null takes it back. */
  readonly feedback: Feedback | null;
  readonly nowMs: number;
};

export type MessageRange = {
  /** The newest message to return; absent begins with the newest of all. */
  readonly fromId?: string | undefined;
  readonly limit: number;
};

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
   * Stores the conversation when new, the user message, the pending reply and the generation, all or nothing, and returns them
   * with the branch above the reply. Stores nothing and returns undefined when the clientMessageId was used before or
   * something is in the way.
   */
  add(turn: NewTurn): Promise<AddedTurn | undefined>;
  /** The turn that an earlier call stored, as it is now, also when its conversation is in the trash. */
  find(key: { userId: string; clientMessageId: string }): Promise<(StoredTurn & { inTrash: boolean }) | undefined>;
  /** What is in the way of a turn. */
  findObstacle(turn: { userId: string; clientMessageId: string; place: TurnPlace }): Promise<TurnObstacle>;
};

/** A message without a reply to store. */
export type NewNote = {
  readonly userId: string;
  readonly clientMessageId: string;
  readonly requestHash: string;
  readonly conversationId: string;
  /** Absent takes the active leaf. */
  readonly parentId?: string | undefined;
  readonly messageId: string;
  readonly content: string;
  readonly language: Language;
  /** The title that a conversation gets with its first message. */
  readonly title: string;
  readonly nowMs: number;
};

export type StoredNote = { readonly conversation: Conversation; readonly message: Message };

/** Messages that are not to be answered. */
export type NoteStore = {
  /** Stores it where only messages that address the model are answered; undefined when it was stored before or something is in the way. */
  add(note: NewNote): Promise<StoredNote | undefined>;
  /** What an earlier call stored, as it is now. */
  find(key: {
    userId: string;
    clientMessageId: string;
  }): Promise<(StoredNote & { requestHash: string; inTrash: boolean }) | undefined>;
};

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

/** What stands in the way of a change of the members. */
export type MemberObstacle = 'missing' | 'not-owner' | 'full';

/** Each change counts as one of the conversation, so that all members learn of it. */
export type MemberStore = {
  /** Makes somebody a member, or gives a member another role. Only for the owner, who cannot be made one. */
  set(change: ConversationKey & { memberId: string; role: MemberRole; nowMs: number }): Promise<'set' | MemberObstacle>;
  /**
   * Removes a member; also one who is none. Members may remove themselves, the owner everybody else. When the owner does it, all links are
   * revoked: whoever was removed may have one.
   */
  remove(change: ConversationKey & { memberId: string; nowMs: number }): Promise<'removed' | MemberObstacle>;
  /** Only for the owner. */
  addInvite(invite: Invite & { userId: string; tokenHash: Uint8Array<ArrayBuffer> }): Promise<'added' | MemberObstacle>;
  /** Who wrote messages of a conversation that the user may read and is a member no longer; at most `formerAuthorCountMax`. */
  listFormerAuthors(key: ConversationKey): Promise<readonly string[]>;
  /** Those that have not expired, the oldest first; undefined unless the user owns the conversation. */
  listInvites(key: ConversationKey & { nowMs: number }): Promise<readonly Invite[] | undefined>;
  /** Also one that is not there. */
  removeInvite(key: ConversationKey & { inviteId: string }): Promise<'removed' | MemberObstacle>;
  /** Makes the user a member, or a writer of a reader; returns the conversation's id, or undefined when the token opens nothing. */
  acceptInvite(invite: {
    tokenHash: Uint8Array<ArrayBuffer>;
    userId: string;
    nowMs: number;
  }): Promise<string | 'full' | undefined>;
};

export type LiveStateStore = {
  /** Moves the mark forward and returns it as it is then; undefined unless the message is one of that conversation. Ends a mark as unread. */
  setReadMark(mark: ReadMark): Promise<OwnReadMark | undefined>;
  /** Stores a draft when the version is the current one (0 for none), and returns it as it is then. */
  setDraft(
    draft: ConversationKey & { text: string; version: number; nowMs: number },
  ): Promise<{ stored: boolean; draft: Draft | undefined } | 'missing' | 'read-only'>;
  /** How far everybody has read, and the user's own draft; undefined without the conversation. */
  get(key: ConversationKey): Promise<{ readMarks: readonly ReadMark[]; draft: Draft | undefined } | undefined>;
};

export type ChangeQuery = {
  readonly userId: string;
  readonly sinceMs: number;
  /** Whose messages to look at, too. */
  readonly conversationId?: string | undefined;
  /** Of each kind. */
  readonly limit: number;
};

export type ChangeFeed = {
  /** All that was changed since a time, as it is now. Conversations in the trash are among them. */
  list(query: ChangeQuery): Promise<Changes>;
  forgetRemovalsBefore(removedBeforeMs: number): Promise<void>;
};

/** A link to make; the title and the messages come from the conversation. */
export type NewShare = {
  readonly share: Omit<Share, 'title' | 'messageCount'>;
  readonly userId: string;
  /** The last message of the branch; absent takes the active one. */
  readonly leafId?: string | undefined;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
};

export type ShareStore = {
  /** Freezes the branch; only for the owner. `full` when it is too long or there are too many links. */
  add(share: NewShare): Promise<Share | 'missing' | 'full'>;
  /** Those that have not expired; undefined unless the user owns the conversation. */
  list(key: ConversationKey & { nowMs: number }): Promise<readonly Share[] | undefined>;
  /** Also one that is not there. False unless the user owns the conversation. */
  remove(key: ConversationKey & { shareId: string }): Promise<boolean>;
  /** What a link shows; undefined once it has expired or its conversation is in the trash. */
  find(key: { tokenHash: Uint8Array<ArrayBuffer>; nowMs: number }): Promise<SharedConversation | undefined>;
};

/** A whole conversation to store. */
export type NewConversation = {
  readonly id: string;
  readonly userId: string;
  readonly conversation: Omit<ImportedConversation, 'messages'>;
  readonly messages: readonly (Omit<ImportedMessage, 'parentIndex'> & {
    readonly id: string;
    readonly parentId: string | null;
    readonly language: Language;
  })[];
  readonly activeLeafId: string | null;
  /** What makes a repeat store nothing. */
  readonly contentHash?: Uint8Array<ArrayBuffer> | undefined;
  readonly nowMs: number;
};

export type AddedConversation = { readonly id: string; readonly added: boolean };

export type ExportPage = ConversationKey & {
  /** The message before the page; the nil UUID for the first page. */
  readonly afterId: string;
  readonly limit: number;
};

/** Whole conversations. */
export type ArchiveStore = {
  /** Stores it, all or nothing, or returns the one that was stored with the same content hash. */
  add(conversation: NewConversation): Promise<AddedConversation | undefined>;
  /** A user's own ones that are not in the trash, the oldest first, after an id. */
  listConversations(page: { userId: string; afterId: string; limit: number }): Promise<readonly Conversation[]>;
  /** All messages of a conversation that the user may read, the oldest first. */
  listMessages(page: ExportPage): Promise<readonly Message[]>;
};

export type TypingStore = {
  /** Throws AppError UNAVAILABLE when the store cannot be reached. */
  set(key: ConversationKey & { typing: boolean; nowMs: number }): Promise<void>;
  list(key: { conversationId: string; nowMs: number }): Promise<readonly string[]>;
};

/** Conversations, and who changes them. */
export type BulkTarget = {
  readonly userId: string;
  readonly conversationIds: readonly string[];
  readonly nowMs: number;
};

/** Each method changes what the user may change of the conversations, all at once, and returns just that; the rest stays as it is. */
export type BulkStore = {
  arrange(target: BulkTarget & { readonly changes: PersonalChanges }): Promise<readonly Conversation[]>;
  /** Only for the owner, as are the others below. */
  trash(target: BulkTarget): Promise<readonly Conversation[]>;
  restore(target: BulkTarget): Promise<readonly Conversation[]>;
  /** Deletes those that are in the trash, for good. */
  purge(target: BulkTarget): Promise<readonly Conversation[]>;
};

/** A folder, and who asks. */
export type FolderKey = { readonly folderId: string; readonly userId: string };

export type FolderStore = {
  /** All of a user's, by name. */
  list(userId: string): Promise<readonly Folder[]>;
  /** False when the user has that many already. */
  add(folder: Folder, bound: { readonly countMax: number }): Promise<boolean>;
  /** Renames it when the version is the current one, and returns it as it is then; undefined without such a folder. */
  rename(
    change: FolderKey & { readonly name: string; readonly version: number; readonly nowMs: number },
  ): Promise<{ readonly folder: Folder; readonly renamed: boolean } | undefined>;
  /** What was in it is in no folder any more. False without such a folder. */
  remove(key: FolderKey): Promise<boolean>;
  /** The tags of the user's conversations, by name, and of how many conversations. */
  listTags(userId: string): Promise<readonly { readonly name: string; readonly conversationCount: number }[]>;
};

/** A persona, and who asks. */
export type PersonaKey = { readonly personaId: string; readonly userId: string };

export type PersonaStore = {
  /** All of a user's, by name. */
  list(userId: string): Promise<readonly Persona[]>;
  /** False when the user has that many already. */
  add(persona: Persona, bound: { readonly countMax: number }): Promise<boolean>;
  /** Replaces it when the version is the current one, and returns it as it is then; undefined without such a persona. */
  update(
    change: PersonaKey & { readonly content: PersonaContent; readonly version: number; readonly nowMs: number },
  ): Promise<{ readonly persona: Persona; readonly updated: boolean } | undefined>;
  /** False without such a persona. */
  remove(key: PersonaKey): Promise<boolean>;
};

export type TrashQuery = {
  readonly userId: string;
  readonly after?: TrashPlace | undefined;
  readonly limit: number;
};

/** What was moved to the trash, as its owner may still have it back. */
export type TrashStore = {
  /** The latest deletion first; those after a place. */
  list(query: TrashQuery): Promise<readonly Conversation[]>;
  /** Takes it out; also what is not in there comes back. Undefined when the user owns no such conversation. */
  restore(key: ConversationKey & { readonly nowMs: number }): Promise<Conversation | undefined>;
  /** Deletes it with all its messages. False unless it was in the trash. */
  purge(key: ConversationKey): Promise<boolean>;
  /** Deletes the oldest of anybody that were moved there before a time, and returns how many; what is locked waits for the next run. */
  purgeDeletedBefore(query: { readonly deletedBeforeMs: number; readonly limit: number }): Promise<number>;
};

export type SearchIndex = {
  /**
   * Messages that have ended and titles, the best first, those after a place. What was stored before the call is found; what is in the
   * trash is not.
   */
  search(search: {
    readonly userId: string;
    readonly query: SearchQuery;
    readonly filter: SearchFilter;
    readonly after?: { readonly score: number; readonly id: string } | undefined;
    readonly limit: number;
  }): Promise<readonly SearchHit[]>;
  /** For each word that looks like one in the user's latest messages or titles, that one. */
  suggest(wanted: { userId: string; words: readonly string[] }): Promise<ReadonlyMap<string, string>>;
};

/** Makes UUIDv7s, each above the one before. */
export type NewId = () => string;

/** The time, in milliseconds since 1970. */
export type Clock = () => number;

/** What belongs to one user. */
export type UserDataStore = {
  /** Removes up to so many of the conversations that the user owns, in the trash or not. How many they were. */
  removeConversations(removal: { userId: string; countMax: number }): Promise<number>;
  /** Ends the user's membership in all conversations of others. */
  leaveAll(userId: string): Promise<void>;
};
