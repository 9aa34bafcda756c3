import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { httpGet } from './http-get.ts';
import type { Readiness } from './process-spec.ts';

const pollMs = 50;
const requestTimeoutMs = 3_000;

/** Readiness that a process does not tell by itself. */
type SeenReadiness = Exclude<Readiness, { by: 'message' }>;

/** Waits until a process can be seen to be ready. Resolves to false when the signal came first. */
export async function waitForReadiness(readiness: SeenReadiness, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isReady(readiness)) return true;
    await delay(pollMs, undefined, { signal }).catch(() => {});
  }
  return false;
}

async function isReady(readiness: SeenReadiness): Promise<boolean> {
  switch (readiness.by) {
    case 'spawn':
      return true;
    case 'port':
      return await accepts(readiness.port);
    case 'http':
      return (await httpGet(readiness.url, { timeoutMs: requestTimeoutMs }))?.ok === true;
    default:
      return readiness satisfies never;
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
