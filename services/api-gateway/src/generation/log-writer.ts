import type { LoopPressure, RequestContext } from '@chatbot/service-kit';
import type { FrameBody } from './frame.ts';
import type { GenerationLog, Ownership } from './log.ts';

/** The owner has lost the generation: it must stop and write nothing more, anywhere. */
export class OwnershipLostError extends Error {
  readonly ownership: Exclude<Ownership, 'owned'>;

  constructor(ownership: Exclude<Ownership, 'owned'>) {
    super(`the generation is ${ownership}`);
    this.name = 'OwnershipLostError';
    this.ownership = ownership;
  }
}

export type LogWriter = ReturnType<typeof createLogWriter>;

export type LogWriterOptions = {
  log: GenerationLog;
  generationId: string;
  fence: number;
  /** The last frame that is in the log already. */
  lastSeq: number;
  /** The text of the deltas that are in the log already. */
  text: string;
  /** The frames up to this one are not in the log: Redis has lost them. Default 0. */
  baseSeq?: number;
  pressure: Pick<LoopPressure, 'windowMs'>;
  /** The request that the first append is a span of. */
  context?: RequestContext;
};

/** A status waits so long for the first text, to go with it in one append. Nobody reads faster. */
const statusDelayMs = 10;

/** Under pressure, appends of many replies that are due together go to Redis in one write. */
const stepMs = 10;

/** So much text may wait for the log before the writer asks for a pause. */
const pendingCharsMax = 256 * 1024;

/**
 * Numbers frames and appends them, one append at a time: the first token leaves at once, and what arrives during an append goes with the
 * next one as one delta. The round trip to Redis is the window, so it widens by itself under load; under pressure on the event loop appends are
 * `pressure.windowMs` apart, except for the first one and the end.
 */
export function createLogWriter(options: LogWriterOptions) {
  const { log, generationId, fence, lastSeq, text, pressure, baseSeq = 0 } = options;
  let { context } = options;
  let seq = lastSeq;
  let logged = text;
  let pending: FrameBody[] = [];
  let pendingChars = 0;
  let flushing: Promise<void> | undefined;
  let failure: unknown;
  let timer: NodeJS.Timeout | undefined;
  /** When text was appended last; the first text waits for nothing. */
  let appendedAtMs = Number.NEGATIVE_INFINITY;

  function start() {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= flush().finally(() => {
      flushing = undefined;
      if (pending.length > 0 && failure === undefined) startInTime();
    });
    return flushing;
  }

  function startInTime() {
    const nowMs = performance.now();
    const dueMs = pending.at(-1)?.type === 'end' ? nowMs : appendedAtMs + pressure.windowMs;
    if (dueMs <= nowMs) void start();
    else timer ??= setTimeout(start, Math.ceil(dueMs / stepMs) * stepMs - nowMs);
  }

  async function flush() {
    while (pending.length > 0 && failure === undefined) {
      const bodies = pending;
      pending = [];
      pendingChars = 0;
      if (bodies.some(({ type }) => type === 'delta')) appendedAtMs = performance.now();
      try {
        const appending = log.append(generationId, { fence, firstSeq: seq + 1, baseSeq, bodies, context });
        context = undefined;
        const ownership = await appending;
        if (ownership !== 'owned') throw new OwnershipLostError(ownership);
        seq += bodies.length;
        for (const body of bodies) if (body.type === 'delta') logged += body.text;
      } catch (error) {
        failure = error;
      }
      // What came meanwhile gathers for a while.
      if (pressure.windowMs > 0) return;
    }
  }

  return {
    /** Queues a frame. Never throws; a failed append is reported by `settled` and `failed`. */
    push(body: FrameBody): void {
      const last = pending.at(-1);
      if (body.type === 'delta' && last?.type === 'delta')
        pending[pending.length - 1] = { type: 'delta', text: last.text + body.text };
      else pending.push(body);
      if (body.type === 'delta') pendingChars += body.text.length;
      if (failure !== undefined) return;
      if (body.type === 'status') timer ??= setTimeout(start, statusDelayMs);
      else startInTime();
    },
    /** Resolves when everything pushed is in the log. Throws what an append failed with, OwnershipLostError among it. */
    async settled(): Promise<void> {
      while (failure === undefined && (pending.length > 0 || flushing !== undefined)) await start();
      if (failure !== undefined) throw failure;
    },
    /** Whether so much waits that the source should pause until `settled`. */
    get congested() {
      return pendingChars > pendingCharsMax || failure !== undefined;
    },
    /** The last frame in the log. */
    get seq() {
      return seq;
    },
    /** The text of all deltas in the log. */
    get text() {
      return logged;
    },
  };
}
