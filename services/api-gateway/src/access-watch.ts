import type { Server } from 'socket.io';

/** Somebody's right to read a conversation. */
export type ReadRight = { readonly conversationId: string; readonly userId: string };

export type AccessWatch = {
  /** Says, on every replica, that a right has ended; it was taken away in chat-service before. */
  revoke(right: ReadRight): void;
  /**
   * Calls `revoked` once when the right ends, also when that was said after `sinceMs` (performance.now()), the moment before the right was
   * checked: whoever checks and then watches misses nothing.
   */
  watch(right: ReadRight, options: { sinceMs: number; revoked: () => void }): Disposable;
};

/** How long a check of a right may take; what was said longer ago has been seen by every check. */
const rememberedMs = 60_000;

/**
 * Ends what goes on after a right was checked: frames that are followed, rooms that were joined. Everything else checks the right each time.
 * The other replicas hear of it through Redis, at most once: should that fail, they end what they follow with the reply that it follows.
 */
export function createAccessWatch(io: Pick<Server, 'on' | 'serverSideEmit'>): AccessWatch {
  const watching = new Map<string, Set<() => void>>();
  const revokedAtMs = new Map<string, number>();

  function end(right: ReadRight) {
    const key = keyOf(right);
    remember(key);
    const listeners = watching.get(key);
    watching.delete(key);
    for (const revoked of listeners ?? []) revoked();
  }

  function remember(key: string) {
    const nowMs = performance.now();
    revokedAtMs.delete(key);
    revokedAtMs.set(key, nowMs);
    for (const [old, atMs] of revokedAtMs) {
      if (atMs > nowMs - rememberedMs) return;
      revokedAtMs.delete(old);
    }
  }

  io.on(revocationEvent, (right: ReadRight) => end(right));
  return {
    revoke(right) {
      end(right);
      io.serverSideEmit(revocationEvent, right);
    },
    watch(right, { sinceMs, revoked }) {
      const key = keyOf(right);
      if ((revokedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) >= sinceMs) {
        queueMicrotask(revoked);
        return { [Symbol.dispose]: () => {} };
      }
      const listeners = watching.get(key) ?? new Set();
      watching.set(key, listeners.add(revoked));
      return {
        [Symbol.dispose]() {
          listeners.delete(revoked);
          if (listeners.size === 0 && watching.get(key) === listeners) watching.delete(key);
        },
      };
    },
  };
}

const revocationEvent = 'read-right:revoked';

function keyOf({ conversationId, userId }: ReadRight): string {
  return `${conversationId} ${userId}`;
}
