import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type {
  Changes,
  Conversation,
  ConversationPage,
  ConversationPatch,
  EndFrame,
  Message,
  MessagePatch,
  PostedTurn,
} from '../api/schemas.ts';
import * as branches from './branch.ts';
import type { GenerationState } from './frames.ts';

export type ConversationView = 'active' | 'archived' | 'trashed';

/** The keys under which TanStack Query keeps what was read. */
export const queryKeys = {
  allConversationLists: ['conversations'] as const,
  conversations: ['conversations', 'active'] as const,
  /** One list; narrowed, it is another one below the same key. */
  conversationsIn: (view: ConversationView, narrowing: object = {}) =>
    Object.keys(narrowing).length === 0
      ? (['conversations', view] as const)
      : (['conversations', view, narrowing] as const),
  folders: ['folders'] as const,
  tags: ['tags'] as const,
  allConversations: ['conversation'] as const,
  conversation: (id: string) => ['conversation', id] as const,
  allMessages: ['messages'] as const,
  messages: (conversationId: string) => ['messages', conversationId] as const,
  messagesAround: (conversationId: string, messageId: string) => ['messages', conversationId, messageId] as const,
  people: (conversationId: string) => ['people', conversationId] as const,
  shares: (conversationId: string) => ['shares', conversationId] as const,
  invites: (conversationId: string) => ['invites', conversationId] as const,
  search: (q: string, filters: object) => ['search', q, filters] as const,
  quickSearch: (q: string) => ['search', q] as const,
  preferences: ['preferences'] as const,
  sessions: ['sessions'] as const,
  secondFactor: ['second-factor'] as const,
  models: ['models'] as const,
  personas: ['personas'] as const,
  quota: ['quota'] as const,
  activity: (from: string) => ['activity', from] as const,
  activityTotals: (from: string) => ['activity', 'totals', from] as const,
};

export type ThreadCache = {
  placeMessage: (message: Message) => void;
  patchMessage: (patch: MessagePatch) => void;
  settle: (end: EndFrame, state: GenerationState) => void;
  /** Puts the messages of a turn in place before the server's own copies arrive; without user, only the reply. */
  placeTurn: (turn: PostedTurn, user: { content: string; parentId: string | undefined } | undefined) => void;
  patchConversation: (patch: ConversationPatch) => void;
  /** Marks a conversation in the lists as read or unread, and as one in which a reply is being written. */
  mark: (conversationId: string, marks: Pick<ConversationPatch, 'unread' | 'generating'>) => void;
  removeConversation: (id: string) => void;
  /** Takes in what has changed while nobody listened, of these conversations and of the one on screen its messages. */
  applyChanges: (changes: Pick<Changes, 'conversations' | 'removedIds' | 'messages'>) => void;
  reloadMessages: () => void;
  reloadConversations: () => void;
  reloadFolders: () => void;
  /** Reads again what may have changed while nobody listened. */
  reload: () => void;
};

/** Applies live events to what was read. */
export function createThreadCache(queryClient: QueryClient): ThreadCache {
  function updateBranch(
    conversationId: string,
    change: (branch: branches.Branch) => branches.Branch | undefined,
  ): void {
    const queryKey = queryKeys.messages(conversationId);
    const branch = queryClient.getQueryData<branches.Branch>(queryKey);
    if (branch === undefined) return;
    const next = change(branch);
    if (next === undefined) void queryClient.invalidateQueries({ queryKey });
    else queryClient.setQueryData(queryKey, next);
  }

  /** What is read around a message, of which there may be several. */
  function updateAround(conversationId: string, change: (branch: branches.Branch) => branches.Branch): void {
    queryClient.setQueriesData<branches.Branch>(
      { queryKey: queryKeys.messages(conversationId), predicate: ({ queryKey }) => queryKey.length > 2 },
      (branch) => branch && change(branch),
    );
  }

  function placeMessage(message: Message): void {
    const { conversationId } = message;
    updateBranch(conversationId, (branch) => branches.placeMessage(branch, message));
    updateAround(conversationId, (branch) => branches.followAround(branch, [message]));
  }

  function patchMessage(patch: MessagePatch): void {
    const { conversationId } = patch;
    updateBranch(conversationId, (branch) => branches.patchMessage(branch, patch));
    updateAround(conversationId, (branch) => branches.patchMessage(branch, patch));
  }

  /** The messages of a turn come before the conversation's change; without them, another branch was chosen. */
  function reloadOtherBranch({ id, activeLeafId }: ConversationPatch): void {
    const queryKey = queryKeys.messages(id);
    const shown = branches.messagesOf(queryClient.getQueryData<branches.Branch>(queryKey)).at(-1);
    if (activeLeafId === undefined || shown === undefined || shown.id === activeLeafId) return;
    void queryClient.invalidateQueries({ queryKey, exact: true });
  }

  /** Returns whether the list shows it in its place: what is new or has moved has another one. */
  function patchKnown(patch: ConversationPatch): boolean {
    const queryKey = queryKeys.conversation(patch.id);
    const known = queryClient.getQueryData<Conversation>(queryKey);
    if (known !== undefined && hasOtherPeople(known, patch)) {
      void queryClient.invalidateQueries({ queryKey: queryKeys.people(patch.id) });
    }
    queryClient.setQueryData<Conversation>(queryKey, (before) => before && merge(before, patch));
    const isNews = patch.version === queryClient.getQueryData<Conversation>(queryKey)?.version;
    if (isNews) reloadOtherBranch(patch);
    let isListed = false;
    queryClient.setQueriesData<InfiniteData<ConversationPage>>({ queryKey: queryKeys.conversations }, (list) => {
      if (list === undefined) return list;
      const change = (conversation: Conversation): Conversation => {
        if (conversation.id !== patch.id) return conversation;
        isListed ||= !isMoved(conversation, patch);
        return merge(conversation, patch);
      };
      return { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
    });
    return isListed;
  }

  function removeConversation(id: string): void {
    queryClient.setQueriesData<InfiniteData<ConversationPage>>({ queryKey: queryKeys.conversations }, (list) => {
      const isKept = (conversation: Conversation) => conversation.id !== id;
      return list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.filter(isKept) })) };
    });
    // An open thread then learns from the server that it is gone.
    void queryClient.invalidateQueries({ queryKey: queryKeys.conversation(id) });
  }

  function reloadMessages(): void {
    void queryClient.invalidateQueries({ queryKey: queryKeys.allMessages });
  }

  function reloadConversations(): void {
    void queryClient.invalidateQueries({ queryKey: queryKeys.allConversationLists });
  }

  return {
    placeMessage,
    patchMessage,
    settle(end, state) {
      void queryClient.invalidateQueries({ queryKey: queryKeys.quota });
      for (const [queryKey, branch] of queryClient.getQueriesData<branches.Branch>({
        queryKey: queryKeys.allMessages,
      })) {
        if (branch !== undefined) queryClient.setQueryData(queryKey, branches.settleMessage(branch, end, state));
      }
    },
    placeTurn(turn, user) {
      const sent = user === undefined ? [] : [userMessageOf(turn, user)];
      const placed = [...sent, ...replyOf(turn)];
      const queryKey = queryKeys.messages(turn.conversationId);
      const isNew = user !== undefined && user.parentId === undefined;
      if (isNew && queryClient.getQueryData(queryKey) === undefined) {
        queryClient.setQueryData(queryKey, branches.branchOf(placed));
      } else {
        for (const message of placed) placeMessage(message);
      }
      reloadConversations();
    },
    patchConversation(patch) {
      if (!patchKnown(patch)) reloadConversations();
    },
    mark(conversationId, marks) {
      let isListed = false;
      queryClient.setQueriesData<InfiniteData<ConversationPage>>({ queryKey: queryKeys.conversations }, (list) => {
        const change = (conversation: Conversation): Conversation => {
          if (conversation.id !== conversationId) return conversation;
          isListed = true;
          return { ...conversation, ...marks };
        };
        return list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
      });
      // An answer that is on its way may be older than this, and would take it back.
      const isReading = queryClient.isFetching({ queryKey: queryKeys.conversations }) > 0;
      if (!isListed || isReading) reloadConversations();
    },
    removeConversation,
    applyChanges({ conversations, removedIds, messages }) {
      for (const id of removedIds) removeConversation(id);
      // Threads that are not on screen are read again when somebody opens them.
      const told = new Set(messages.map(({ conversationId }) => conversationId));
      for (const { id } of conversations) {
        if (!told.has(id))
          void queryClient.invalidateQueries({ queryKey: queryKeys.messages(id), refetchType: 'none' });
      }
      for (const id of told) {
        updateBranch(id, (branch) => branches.catchUp(branch, messages));
        updateAround(id, (branch) => branches.followAround(branch, messages));
      }
      // After the messages: a branch that does not end where the conversation says is another one.
      const arePlaced = conversations.map(patchKnown).every(Boolean);
      if (!arePlaced) reloadConversations();
    },
    reloadMessages,
    reloadConversations,
    reloadFolders() {
      void queryClient.invalidateQueries({ queryKey: queryKeys.folders });
    },
    reload() {
      reloadMessages();
      void queryClient.invalidateQueries({ queryKey: queryKeys.allConversations });
      reloadConversations();
    },
  };
}

function isMoved(before: Conversation, patch: ConversationPatch): boolean {
  const keys = ['lastMessageAt', 'pinned', 'archived', 'title'] as const;
  const isElsewhere = keys.some((key) => patch[key] !== undefined && patch[key] !== before[key]);
  const next = merge(before, patch);
  return isElsewhere || next.folderId !== before.folderId || next.tags.join('\n') !== before.tags.join('\n');
}

/** True when somebody has come or gone, or when one's own role is another. */
function hasOtherPeople(before: Conversation, patch: ConversationPatch): boolean {
  const keys = ['role', 'memberCount'] as const;
  return keys.some((key) => patch[key] !== undefined && patch[key] !== before[key]);
}

function merge(conversation: Conversation, patch: ConversationPatch): Conversation {
  if (patch.version !== undefined && patch.version < conversation.version) return conversation;
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  // Where what is personal is told, no folder means that it is in none.
  const folderId = patch.pinned === undefined ? conversation.folderId : patch.folderId;
  return { ...conversation, ...Object.fromEntries(given), folderId };
}

/** Version 0, so that the server's own copy takes precedence whenever it comes. */
const BEFORE_STORED = {
  contentSeq: 0,
  authorId: undefined,
  model: undefined,
  problem: undefined,
  usage: undefined,
  timings: undefined,
  version: 0,
};

function userMessageOf(
  turn: PostedTurn,
  { content, parentId }: { content: string; parentId: string | undefined },
): Message {
  return {
    ...BEFORE_STORED,
    id: turn.userMessageId,
    conversationId: turn.conversationId,
    parentId,
    role: 'user',
    content,
    status: 'completed',
    generationId: undefined,
    createdAt: new Date().toISOString(),
  };
}

/** None for a message that is not to be answered. */
function replyOf({ assistantMessageId, conversationId, userMessageId, generationId }: PostedTurn): Message[] {
  if (assistantMessageId === undefined) return [];
  return [
    {
      ...BEFORE_STORED,
      id: assistantMessageId,
      conversationId,
      parentId: userMessageId,
      role: 'assistant',
      content: '',
      status: 'pending',
      generationId,
      createdAt: new Date().toISOString(),
    },
  ];
}
