/** One thing that a service needs. The check throws when it is not usable; the message is for operators. */
export type HealthCheck = { readonly name: string; check(signal: AbortSignal): Promise<void> };

export type HealthReport = {
  readonly ready: boolean;
  readonly checks: readonly { name: string; ok: boolean; latencyMs: number; error?: string }[];
};

const checkTimeoutMs = 2_000;

/** Runs every check at once, each for at most 2 s. */
export async function checkHealth(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const results = await Promise.all(checks.map(runCheck));
  return { ready: results.every(({ ok }) => ok), checks: results };
}

async function runCheck({ name, check }: HealthCheck) {
  const startedAtMs = performance.now();
  const latencyMs = () => Math.round((performance.now() - startedAtMs) * 10) / 10;
  const signal = AbortSignal.timeout(checkTimeoutMs);
  try {
    await Promise.race([check(signal), rejectOnAbort(signal)]);
    return { name, ok: true, latencyMs: latencyMs() };
  } catch (thrown) {
    return {
      name,
      ok: false,
      latencyMs: latencyMs(),
      error: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), { once: true });
  });
}
