/** The calls that a server is answering, each by what aborts it. */
export type RunningCalls = {
  add(call: AbortController): void;
  delete(call: AbortController): void;
  abort(reason: Error): void;
  /** Resolves as soon as no call is running. */
  idle(): Promise<void>;
};

export function createRunningCalls(): RunningCalls {
  const calls = new Set<AbortController>();
  const waiting: (() => void)[] = [];
  return {
    add: (call) => void calls.add(call),
    delete(call) {
      calls.delete(call);
      if (calls.size === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    abort(reason) {
      for (const call of calls) call.abort(reason);
    },
    async idle() {
      if (calls.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
