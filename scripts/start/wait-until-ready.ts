import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { httpGet } from './http-get.ts';
import { StartError } from './start-error.ts';

const pollMs = 100;
const requestTimeoutMs = 3_000;

/** The part of the gateway's GET /health that is read. */
const HealthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  model: z.object({ name: z.string().optional(), error: z.string().optional() }),
});

export type Health = z.infer<typeof HealthSchema>;

export interface WaitUntilReadyOptions {
  /** The base URLs of the gateways. */
  urls: readonly string[];
  timeoutMs: number;
  /** How long "degraded" (everything runs, but no model answers) is taken for a passing state of the start. */
  degradedForMs: number;
  signal: AbortSignal;
}

/**
 * Polls the aggregated health of every gateway until all are well, and returns the first one's. Throws StartError with the
 * last answer when one never is.
 */
export async function waitUntilReady(options: WaitUntilReadyOptions): Promise<Health> {
  const [health] = await Promise.all(options.urls.map((url) => pollHealth(url, options)));
  if (health === undefined) throw new Error('there is no gateway');
  return health;
}

async function pollHealth(url: string, options: WaitUntilReadyOptions): Promise<Health> {
  const { timeoutMs, degradedForMs, signal } = options;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let degradedSinceMs: number | undefined;
  let last = 'nothing';
  while (!deadline.aborted) {
    const answer = await askHealth(url);
    const health = HealthSchema.safeParse(answer).data;
    last = JSON.stringify(answer) ?? last;
    if (health?.status === 'ok') return health;
    if (health?.status === 'degraded') {
      degradedSinceMs ??= performance.now();
      if (performance.now() - degradedSinceMs >= degradedForMs) return health;
    }
    await delay(pollMs, undefined, { signal: deadline }).catch(() => {});
  }
  throw new StartError(`Not ready after ${timeoutMs / 1_000} s: ${url}/health answers ${last}`);
}

/** What it answers; undefined while nothing listens. */
async function askHealth(url: string): Promise<unknown> {
  const answer = await httpGet(`${url}/health`, { timeoutMs: requestTimeoutMs });
  try {
    return answer === undefined ? undefined : JSON.parse(answer.body);
  } catch {
    return answer?.body;
  }
}
