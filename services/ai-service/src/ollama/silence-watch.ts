export type SilenceWatch = Disposable & {
  /** Watches over an answer that is being received. `onDead` is told at most once, when the server seems to be gone. */
  follow(onDead: () => void): FollowedAnswer;
};

export type FollowedAnswer = Disposable & {
  /** To be called whenever something has come. */
  heard(): void;
};

export type SilenceWatchDeps = {
  /** A cheap question that a working server answers at once, however busy its models are. Rejects when it does not. */
  ping: (signal: AbortSignal) => Promise<unknown>;
};

const lookEveryMs = 1_000;
const silentMs = 3_000;
const pingTimeoutMs = 2_000;
const pingsMax = 2;

/**
 * Tells a server that is gone from a model that takes its time: a machine that loses its power or its network closes no
 * connection, and a model may think or load for minutes. When an answer falls silent for 3 s the server is asked whether it is
 * there; when it misses two such questions, all its silent answers are dead. That takes 8 s at most. One timer and one question
 * serve all answers of a server.
 */
export function createSilenceWatch({ ping }: SilenceWatchDeps): SilenceWatch {
  const answers = new Set<Answer>();
  let timer: NodeJS.Timeout | undefined;
  let asking: AbortController | undefined;

  async function look() {
    const nowMs = performance.now();
    const silent = [...answers].filter(({ heardAtMs }) => nowMs - heardAtMs >= silentMs);
    if (silent.length === 0 || asking !== undefined) return;
    asking = new AbortController();
    const isThere = await answersPing(ping, asking.signal);
    asking = undefined;
    for (const answer of silent) {
      if (isThere) answer.heardAtMs = performance.now();
      // What has come meanwhile, or was given up, is not silent.
      else if (answers.has(answer) && answer.heardAtMs <= nowMs - silentMs) end(answer)?.onDead();
    }
  }

  function end(answer: Answer): Answer | undefined {
    const wasThere = answers.delete(answer);
    if (answers.size === 0) stop();
    return wasThere ? answer : undefined;
  }

  function stop() {
    clearInterval(timer);
    timer = undefined;
    asking?.abort();
  }

  return {
    follow(onDead) {
      const answer: Answer = { heardAtMs: performance.now(), onDead };
      answers.add(answer);
      timer ??= setInterval(look, lookEveryMs).unref();
      return {
        heard() {
          answer.heardAtMs = performance.now();
        },
        [Symbol.dispose]: () => void end(answer),
      };
    },
    [Symbol.dispose]: stop,
  };
}

type Answer = { heardAtMs: number; readonly onDead: () => void };

async function answersPing(ping: SilenceWatchDeps['ping'], signal: AbortSignal): Promise<boolean> {
  for (let count = 0; count < pingsMax && !signal.aborted; count += 1) {
    try {
      await ping(AbortSignal.any([signal, AbortSignal.timeout(pingTimeoutMs)]));
      return true;
    } catch {
      // Asked once more: a single question may be lost.
    }
  }
  return false;
}
