import { problemOf } from '../api/problem.ts';
import type { Changes } from '../api/schemas.ts';

export type CatchUpDeps = {
  /** Asks for what has changed since a cursor; without one, for a place to begin. @throws ProblemError */
  sync: (query: { cursor?: string; conversationId?: string }) => Promise<Changes>;
  /** The conversation whose messages are on screen. */
  onScreen: () => string | undefined;
  apply: (changes: Changes) => void;
  /** Reads everything again. */
  reload: () => void;
};

export type CatchUp = {
  /** Takes in what was missed since the last time. Never two at a time: a call meanwhile is done by another one afterwards. */
  run: () => Promise<void>;
};

/**
 * Learns what has changed by asking from a cursor on: after a connection was lost, and now and then, since an event may
 * get lost on the way. Only where that does not work is everything read again.
 */
export function createCatchUp({ sync, onScreen, apply, reload }: CatchUpDeps): CatchUp {
  let cursor: string | undefined;
  let isFirst = true;
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  async function ask(): Promise<Changes> {
    const conversationId = onScreen();
    const query = { ...(cursor !== undefined && { cursor }) };
    if (conversationId === undefined || cursor === undefined) return sync(query);
    try {
      return await sync({ ...query, conversationId });
    } catch (error) {
      // It is gone, or one was removed from it: which the answer tells as soon as it is not about that one.
      if (problemOf(error).reason !== 'RESOURCE_NOT_FOUND') throw error;
      return sync(query);
    }
  }

  async function once(): Promise<void> {
    const since = cursor;
    try {
      const changes = await ask();
      cursor = changes.cursor;
      // The first answer is a place to begin; what the page shows was read after it or a moment before.
      if (since !== undefined && !changes.reset) apply(changes);
      else if (!isFirst) reload();
    } catch {
      if (!isFirst) reload();
    }
    isFirst = false;
  }

  async function untilDone(): Promise<void> {
    do {
      isAskedAgain = false;
      await once();
    } while (isAskedAgain);
  }

  return {
    run() {
      if (running !== undefined) isAskedAgain = true;
      running ??= untilDone().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
