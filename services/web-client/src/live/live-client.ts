import type { QueryClient } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { NO_ANSWER, problemOf } from '../api/problem.ts';
import {
  type Changes,
  ChangesSchema,
  type Conversation,
  ConversationDeletedSchema,
  ConversationPatchSchema,
  FrameSchema,
  type Message,
  MessagePatchSchema,
  MessageSchema,
  type Parameters,
  type PostedTurn,
  PostedTurnSchema,
  type Preferences,
  ReadSchema,
  TurnSchema,
} from '../api/schemas.ts';
import type { Session } from '../session/session.ts';
import { isRunning } from './branch.ts';
import { createCatchUp } from './catch-up.ts';
import { type ConnectionStatus, createConnection } from './connection.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { createFollower } from './follower.ts';
import { createGenerationStore, type GenerationStore } from './generation-store.ts';
import { createOutbox, type Outbox, type OutboxEntry } from './outbox.ts';
import { preferredParameters } from './preferred-parameters.ts';
import { AnyAckSchema, DraftSchema, ReadMarkSchema, SavedDraftSchema } from './room-events.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { createThreadCache, queryKeys } from './thread-cache.ts';
import type { Value } from './value.ts';

/** Of a reply that is there to be read. */
const ENDS: ReadonlySet<string> = new Set<Message['status']>(['completed', 'stopped', 'interrupted', 'failed']);
const GenerationIdSchema = z.object({ generationId: z.string() });
/** Events are delivered at most once; what got lost is found by asking, this often. */
const CATCH_UP_INTERVAL_MS = 5 * 60_000;

const StopAckSchema = z.object({ seq: z.number() });

/** Everything live about one signed-in account in one tab. */
export type LiveClient = {
  status: Value<ConnectionStatus>;
  generations: GenerationStore;
  outbox: Outbox;
  drafts: Drafts;
  rooms: Rooms;
  /** Tells the others whether one types. */
  setTyping: (conversationId: string, typing: boolean) => void;
  /** Says how far one has read. */
  setRead: (conversationId: string, messageId: string) => void;
  /** Connects; the returned function disconnects. */
  start: () => () => void;
  /** Goes on with a reply that is being written, from where its message stands. */
  follow: (message: Message) => void;
  /** Hears which message has become which turn. */
  onSent: (listener: (entry: OutboxEntry, turn: PostedTurn) => void) => () => void;
  /** Hears of every turn that this tab has begun, once it is in place. */
  onTurn: (listener: (turn: PostedTurn) => void) => () => void;
  /** Stores other content for a user message, as a new branch. @throws ProblemError */
  edit: (message: Message, edit: { content: string; clientMessageId: string }) => Promise<void>;
  /** Asks for another reply in place of this one. @throws ProblemError */
  regenerate: (message: Message, clientMessageId: string) => Promise<void>;
  /** Goes on with a reply that was stopped or cut off, beside it. */
  resume: (generationId: string) => Promise<void>;
  /** Ends a reply at what is on screen. @throws ProblemError */
  stop: (generationId: string) => Promise<void>;
};

/** Wires the socket to the replies, the outbox and the cache of what was read. */
export function createLiveClient(deps: { session: Session; queryClient: QueryClient; userId: string }): LiveClient {
  const connection = createConnection(deps.session);
  const cache = createThreadCache(deps.queryClient);
  const turnListeners = new Set<(turn: PostedTurn) => void>();
  const sentListeners = new Set<(entry: OutboxEntry, turn: PostedTurn) => void>();

  const generations = createGenerationStore({
    schedule,
    onGap: ({ generationId }) => follower.ask(generationId),
    onEnd: (end, state) => cache.settle(end, state),
  });
  const follower = createFollower({ connection, generations, onLost: () => cache.reloadMessages() });

  const outbox = createOutbox({
    storage: localStorage,
    storagePrefix: `chatbot.outbox.${deps.userId}.`,
    isOnline: () => connection.status.get() === 'online',
    post: ({ status: _status, problem: _problem, ...payload }) =>
      connection.emit('message:send', payload, PostedTurnSchema),
    onSent(entry, turn) {
      cache.placeTurn(turn, { content: entry.content, parentId: entry.parentId });
      adopt(turn);
      for (const listener of sentListeners) listener(entry, turn);
    },
  });

  const drafts = createDrafts({
    storage: localStorage,
    storagePrefix: `chatbot.drafts.${deps.userId}.`,
    isOnline: () => connection.status.get() === 'online',
    save: async (conversationId, draft) =>
      (await connection.emit('draft:set', { conversationId, ...draft }, SavedDraftSchema)).version,
    schedule(task, delayMs) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const rooms = createRooms({
    connection,
    userId: deps.userId,
    onDraft: ({ conversationId, ...draft }) => drafts.receive(conversationId, draft),
    onClosed: cache.removeConversation,
  });
  const catchUp = createCatchUp({
    sync: (query) => connection.emit('sync', query, ChangesSchema),
    onScreen: rooms.onScreen,
    apply: applyChanges,
    reload: cache.reload,
  });

  function applyChanges(changes: Changes): void {
    cache.applyChanges(changes);
    for (const mark of changes.readMarks) rooms.setReadMark(mark);
    for (const { conversationId, ...draft } of changes.drafts) drafts.receive(conversationId, draft);
  }

  /** For what is told again soon, or is not worth telling late. */
  function tell(event: string, payload: object): void {
    connection.emit(event, payload, AnyAckSchema).catch(() => {});
  }

  /** The server sends the frames of a turn to its sender without being asked. */
  function adopt(turn: PostedTurn): void {
    const { generationId } = turn;
    if (generationId !== undefined) {
      generations.begin({ generationId, text: '', lastSeq: 0 });
      follower.assume(generationId);
    }
    for (const listener of turnListeners) listener(turn);
  }

  connection.on('generation:frame', FrameSchema, (frame) => {
    follower.heard(frame.generationId);
    generations.receive(frame);
  });
  connection.on('generation:unavailable', GenerationIdSchema, ({ generationId }) => follower.failed(generationId));
  connection.on('message:created', MessageSchema, (message) => {
    cache.placeMessage(message);
    if (message.role === 'user' && message.authorId !== deps.userId)
      cache.mark(message.conversationId, { unread: true });
    if (message.role === 'assistant' && isRunning(message)) cache.mark(message.conversationId, { generating: true });
  });
  connection.on('message:updated', MessagePatchSchema, (patch) => {
    cache.patchMessage(patch);
    if (patch.status !== undefined && ENDS.has(patch.status)) {
      cache.mark(patch.conversationId, { unread: true, generating: false });
    }
  });
  connection.on('read', ReadSchema, ({ conversationId, userId, unread }) => {
    if (userId === deps.userId) cache.mark(conversationId, { unread: unread ?? false });
  });
  connection.on('conversation:updated', ConversationPatchSchema, (patch) => cache.patchConversation(patch));
  connection.on('conversation:deleted', ConversationDeletedSchema, ({ id }) => cache.removeConversation(id));
  connection.on('folder:updated', z.unknown(), cache.reloadFolders);
  connection.on('folder:deleted', z.unknown(), () => {
    cache.reloadFolders();
    // What was in it is in none now.
    cache.reloadConversations();
  });
  connection.on('draft', DraftSchema, ({ conversationId, ...draft }) => drafts.receive(conversationId, draft));
  connection.on('session:expiring', z.unknown(), () => void deps.session.renew());
  connection.on('session:ended', z.unknown(), () => void deps.session.renew());
  connection.onOnline(() => {
    follower.restart();
    outbox.connected();
    rooms.restart();
    drafts.connected();
    cache.reloadFolders();
    void catchUp.run();
  });

  /** What the account prefers for what is asked in a conversation, or in a new one; a message keeps it until it is confirmed. */
  function preferred(conversationId: string | undefined): { params?: Parameters } {
    const { parameters = {} } = deps.queryClient.getQueryData<Preferences>(queryKeys.preferences) ?? {};
    if (conversationId === undefined) return preferredParameters(parameters, {});
    const known = deps.queryClient.getQueryData<Conversation>(queryKeys.conversation(conversationId));
    return preferredParameters(parameters, known?.params ?? {});
  }

  function start(): () => void {
    connection.start();
    const stopWatching = follower.watch();
    const timer = setInterval(() => {
      if (connection.status.get() === 'online') void catchUp.run();
    }, CATCH_UP_INTERVAL_MS);
    window.addEventListener('online', connection.hurry);
    window.addEventListener('offline', connection.drop);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', connection.hurry);
      window.removeEventListener('offline', connection.drop);
      stopWatching();
      connection.stop();
      generations.clear();
    };
  }

  return {
    status: connection.status,
    generations,
    outbox: { ...outbox, send: (message) => outbox.send({ ...preferred(message.conversationId), ...message }) },
    drafts,
    rooms,
    setTyping: (conversationId, typing) => tell('typing:set', { conversationId, typing }),
    setRead(conversationId, messageId) {
      connection.emit('read:set', { conversationId, messageId }, ReadMarkSchema).then(rooms.setReadMark, () => {
        // It is set again with the next message, or when the conversation is opened again.
      });
    },
    start,
    follow: (message) => follower.follow(message),
    onSent(listener) {
      sentListeners.add(listener);
      return () => void sentListeners.delete(listener);
    },
    onTurn(listener) {
      turnListeners.add(listener);
      return () => void turnListeners.delete(listener);
    },
    async edit(message, { content, clientMessageId }) {
      const payload = { messageId: message.id, content, clientMessageId, ...preferred(message.conversationId) };
      const turn = await connection.emit('message:edit', payload, TurnSchema);
      cache.placeTurn(turn, { content, parentId: message.parentId });
      adopt(turn);
    },
    async regenerate(message, clientMessageId) {
      const payload = { messageId: message.id, clientMessageId, ...preferred(message.conversationId) };
      const turn = await connection.emit('message:regenerate', payload, TurnSchema);
      cache.placeTurn(turn, undefined);
      adopt(turn);
    },
    async resume(generationId) {
      const turn = await connection.emit('generation:continue', { generationId }, TurnSchema);
      cache.placeTurn(turn, undefined);
      adopt(turn);
    },
    async stop(generationId) {
      generations.freeze(generationId);
      const renderedSeq = generations.shown(generationId)?.lastSeq ?? 0;
      const payload = { generationId, ...(renderedSeq > 0 && { renderedSeq }) };
      try {
        await connection.emit('generation:stop', payload, StopAckSchema);
      } catch (error) {
        generations.thaw(generationId);
        // Whether the request arrived is unknown; the frames will tell.
        if (problemOf(error).reason === NO_ANSWER) follower.ask(generationId);
        throw error;
      }
    },
  };
}

/** Before the next paint; a hidden tab paints nothing, so there it is soon. */
function schedule(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 200);
  else requestAnimationFrame(callback);
}
