import * as z from 'zod/mini';
import { NO_ANSWER, problemOf } from '../api/problem.ts';
import type { Message } from '../api/schemas.ts';
import type { Connection } from './connection.ts';
import type { GenerationStore } from './generation-store.ts';

/** A running reply that has been quiet for this long is asked for again: a lost first frame leaves no gap to see. */
const QUIET_MS_MAX = 15_000;
const WATCH_INTERVAL_MS = 3000;

export type FollowerDeps = {
  connection: Pick<Connection, 'emit' | 'status'>;
  generations: GenerationStore;
  /** Called when the server does not know the reply (any more): what is stored has to be read. */
  onLost: () => void;
};

export type Follower = {
  /** Makes the reply of a message known, and asks for its frames unless they are coming already. */
  follow: (message: Message) => void;
  /** Takes it that the frames of a reply come without being asked for. */
  assume: (generationId: string) => void;
  /** Asks for the frames after the last one received; a question that is under way is not repeated. */
  ask: (generationId: string) => void;
  heard: (generationId: string) => void;
  /** The frames cannot go on for now, says the server; asks again after a moment. */
  failed: (generationId: string) => void;
  /** Asks for every running reply again, on a new connection. */
  restart: () => void;
  /** Looks after quiet replies until the returned function is called. */
  watch: () => () => void;
};

/** Sees to it that the frames of every running reply keep coming. */
export function createFollower({ connection, generations, onLost }: FollowerDeps): Follower {
  /** When a reply that is being followed was last heard of, in milliseconds since the epoch. */
  const heardAtMs = new Map<string, number>();
  const asking = new Set<string>();

  async function question(generationId: string): Promise<void> {
    asking.add(generationId);
    heardAtMs.set(generationId, Date.now());
    try {
      const payload = { generationId, lastSeq: generations.lastSeq(generationId) };
      await connection.emit('generation:follow', payload, z.unknown());
    } catch (error) {
      heardAtMs.delete(generationId);
      const { reason } = problemOf(error);
      if (reason === 'RESOURCE_NOT_FOUND') onLost();
      else if (reason !== NO_ANSWER) heardAtMs.set(generationId, Date.now());
    } finally {
      asking.delete(generationId);
    }
  }

  function ask(generationId: string): void {
    if (!asking.has(generationId) && connection.status.get() === 'online') void question(generationId);
  }

  return {
    follow({ generationId, content, contentSeq }) {
      if (generationId === undefined) return;
      generations.begin({ generationId, text: content, lastSeq: contentSeq });
      if (!heardAtMs.has(generationId)) ask(generationId);
    },
    assume: (generationId) => void heardAtMs.set(generationId, Date.now()),
    ask,
    heard: (generationId) => void heardAtMs.set(generationId, Date.now()),
    failed(generationId) {
      // Long enough ago for the next look at quiet replies to find it.
      heardAtMs.set(generationId, 0);
    },
    restart() {
      heardAtMs.clear();
      for (const { generationId } of generations.running()) ask(generationId);
    },
    watch() {
      const timer = setInterval(() => {
        const quietSinceMs = Date.now() - QUIET_MS_MAX;
        for (const { generationId } of generations.running()) {
          if ((heardAtMs.get(generationId) ?? 0) < quietSinceMs) ask(generationId);
        }
      }, WATCH_INTERVAL_MS);
      return () => clearInterval(timer);
    },
  };
}
