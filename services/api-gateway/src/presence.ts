import type { Logger } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import type { Server } from 'socket.io';

/** One socket that has a conversation open. */
export type Visit = { readonly conversationId: string; readonly userId: string; readonly socketId: string };

export type Presence = AsyncDisposable & {
  /** Notes that somebody is here, tells the others, and returns who is here, themselves included. */
  enter(visit: Visit): Promise<readonly string[]>;
  /** Notes that a socket is here no longer; the others hear of it when it was the last one of its user. */
  leave(visit: Visit): Promise<void>;
};

/** The room of the sockets that have a conversation open, on every replica. */
export function conversationRoom(conversationId: string): string {
  return `conversation:${conversationId}`;
}

export type PresenceOptions = {
  readonly redis: Redis;
  readonly io: Server;
  readonly logger: Logger;
  readonly refreshIntervalMs?: number;
  /** A gateway that was killed refreshes nothing; who was there by way of it is gone after this long. */
  readonly ttlMs?: number;
};

/**
 * Who has which conversation open, on all replicas: for each conversation a sorted set in Redis of "user socket" by the time at which it is
 * forgotten. Each replica refreshes its own sockets, and by reading the set with that finds out who vanished without a word. While Redis is
 * away everybody sees those of their own replica.
 */
export function startPresence(options: PresenceOptions): Presence {
  const { redis, io, logger, refreshIntervalMs = 15_000, ttlMs = 40_000 } = options;
  const here = new Map<string, { readonly users: Map<string, string>; known: ReadonlySet<string> }>();

  /** Writes the sockets of this replica and reads those of all. */
  async function refresh(conversationId: string): Promise<ReadonlySet<string>> {
    const own = here.get(conversationId)?.users ?? new Map<string, string>();
    const nowMs = Date.now();
    const key = keyOf(conversationId);
    try {
      const entries = [...own].flatMap(([socketId, userId]) => [nowMs + ttlMs, `${userId} ${socketId}`]);
      const [, , , members] = await Promise.all([
        redis.zremrangebyscore(key, '-inf', nowMs),
        entries.length === 0 ? undefined : redis.zadd(key, ...entries),
        redis.pexpire(key, ttlMs),
        redis.zrange(key, 0, -1),
      ]);
      return new Set(members.map((member) => member.split(' ', 1)[0] ?? ''));
    } catch (error) {
      logger.warn({ err: error }, 'presence could not be shared');
      return new Set(own.values());
    }
  }

  function emit(
    target: Pick<Server, 'to'> | Server['local'],
    visit: { conversationId: string; userId: string },
    present: boolean,
  ) {
    const { conversationId, userId } = visit;
    target.to(conversationRoom(conversationId)).emit('presence', { conversationId, userId, present });
  }

  async function refreshAll() {
    await Promise.all([...here].map(([conversationId]) => compare(conversationId)));
  }

  /** Tells the sockets of this replica what has changed without their having been told. */
  async function compare(conversationId: string) {
    const now = await refresh(conversationId);
    const local = here.get(conversationId);
    if (local === undefined) return;
    for (const userId of now) if (!local.known.has(userId)) emit(io.local, { conversationId, userId }, true);
    for (const userId of local.known) if (!now.has(userId)) emit(io.local, { conversationId, userId }, false);
    local.known = now;
  }

  let refreshing = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    refreshing = refreshAll().finally(() => {
      busy = false;
    });
  }, refreshIntervalMs);

  return {
    async enter(visit) {
      const { conversationId, userId, socketId } = visit;
      const local = here.get(conversationId) ?? { users: new Map(), known: new Set() };
      here.set(conversationId, local);
      local.users.set(socketId, userId);
      local.known = await refresh(conversationId);
      emit(io, visit, true);
      return [...local.known];
    },

    async leave(visit) {
      const { conversationId, userId, socketId } = visit;
      const local = here.get(conversationId);
      local?.users.delete(socketId);
      if (local?.users.size === 0) here.delete(conversationId);
      await redis.zrem(keyOf(conversationId), `${userId} ${socketId}`).catch(() => undefined);
      const left = await refresh(conversationId);
      if (local !== undefined) local.known = left;
      if (!left.has(userId)) emit(io, visit, false);
    },

    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await refreshing;
    },
  };
}

/** The braces are a hash tag: the one part of the key that places it in a cluster. */
function keyOf(conversationId: string): string {
  return `presence:{${conversationId}}`;
}
