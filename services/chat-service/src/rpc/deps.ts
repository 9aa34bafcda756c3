import type { ArchiveStore } from '../app/ports/archive-store.ts';
import type { BulkStore } from '../app/ports/bulk-store.ts';
import type { ChangeFeed } from '../app/ports/change-feed.ts';
import type { ConversationStore } from '../app/ports/conversation-store.ts';
import type { FolderStore } from '../app/ports/folder-store.ts';
import type { GenerationStore } from '../app/ports/generation-store.ts';
import type { LiveStateStore } from '../app/ports/live-state-store.ts';
import type { MemberStore } from '../app/ports/member-store.ts';
import type { MessageStore } from '../app/ports/message-store.ts';
import type { NoteStore } from '../app/ports/note-store.ts';
import type { PersonaStore } from '../app/ports/persona-store.ts';
import type { SearchIndex } from '../app/ports/search-index.ts';
import type { ShareStore } from '../app/ports/share-store.ts';
import type { Clock, NewId } from '../app/ports/system.ts';
import type { TrashStore } from '../app/ports/trash-store.ts';
import type { TurnStore } from '../app/ports/turn-store.ts';
import type { TypingStore } from '../app/ports/typing-store.ts';
import type { ChatMetrics } from '../metrics.ts';

/** What the rpcs of ChatService are made from. */
export type ChatDeps = {
  readonly conversations: ConversationStore;
  readonly messages: MessageStore;
  readonly turns: TurnStore;
  readonly notes: NoteStore;
  readonly generations: GenerationStore;
  readonly members: MemberStore;
  readonly shares: ShareStore;
  readonly archive: ArchiveStore;
  readonly liveState: LiveStateStore;
  readonly changes: ChangeFeed;
  /** How far behind the clock a change may come to light, in milliseconds. */
  readonly changeMarginMs: number;
  readonly typing: TypingStore;
  readonly searchIndex: SearchIndex;
  readonly trash: TrashStore;
  readonly folders: FolderStore;
  readonly personas: PersonaStore;
  readonly bulk: BulkStore;
  readonly metrics: ChatMetrics;
  readonly newId: NewId;
  readonly clock: Clock;
};
