import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from './start-error.ts';

const pollMs = 50;
const requestTimeoutMs = 2_000;

export interface WaitUntilReadyOptions {
  /** The base URLs of the gateways. */
  urls: readonly string[];
  timeoutMs: number;
  signal: AbortSignal;
}

/** Polls the aggregated health of every gateway until it is green. Throws StartError with the last answer when it never is. */
export async function waitUntilReady({ urls, timeoutMs, signal }: WaitUntilReadyOptions): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  await Promise.all(urls.map((url) => pollHealth({ url, deadline, timeoutMs })));
}

async function pollHealth(options: { url: string; deadline: AbortSignal; timeoutMs: number }): Promise<void> {
  const { url, deadline, timeoutMs } = options;
  let last = 'no answer';
  while (!deadline.aborted) {
    try {
      const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(requestTimeoutMs) });
      const body = await response.text();
      if (response.ok) return;
      last = `${response.status} ${body}`;
    } catch {
      // Nothing listens yet.
    }
    await delay(pollMs, undefined, { signal: deadline }).catch(() => {});
  }
  throw new StartError(`Not ready after ${timeoutMs / 1_000} s: ${url}/health answers ${last}`);
}
