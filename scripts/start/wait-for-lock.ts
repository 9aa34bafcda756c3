import { setTimeout as delay } from 'node:timers/promises';
import { acquireLock } from '../bootstrap/lock.mjs';

const pollMs = 50;

/** Waits until no other process has the lock, takes it, and returns what releases it. */
export async function waitForLock(path: string): Promise<() => void> {
  for (;;) {
    const lock = acquireLock(path);
    if (lock.acquired) return lock.release;
    await delay(pollMs);
  }
}
