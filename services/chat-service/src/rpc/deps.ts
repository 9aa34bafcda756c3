import type {
  ArchiveStore,
  BulkStore,
  ChangeFeed,
  Clock,
  ConversationStore,
  FolderStore,
  GenerationStore,
  LiveStateStore,
  MemberStore,
  MessageStore,
  NewId,
  NoteStore,
  PersonaStore,
  SearchIndex,
  ShareStore,
  TrashStore,
  TurnStore,
  TypingStore,
} from '../app/ports.ts';
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
