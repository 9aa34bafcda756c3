import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { createAccessWatch } from './access-watch.ts';

const right = { conversationId: 'c', userId: 'u' };

/** Two replicas whose server-side events reach each other. */
function startReplicas() {
  const buses = [new EventEmitter(), new EventEmitter()] as const;
  const replica = (own: EventEmitter, other: EventEmitter) =>
    createAccessWatch({
      on: own.on.bind(own),
      serverSideEmit: other.emit.bind(other),
    } as unknown as Parameters<typeof createAccessWatch>[0]);
  return [replica(buses[0], buses[1]), replica(buses[1], buses[0])] as const;
}

function watchOn(watch: ReturnType<typeof startReplicas>[number], sinceMs = performance.now()) {
  const revoked = vi.fn();
  return { watching: watch.watch(right, { sinceMs, revoked }), count: () => revoked.mock.calls.length };
}

it('tells what watches a right on every replica, once, and nothing else', () => {
  const [here, there] = startReplicas();
  const watches = [watchOn(here), watchOn(there)];
  const others = vi.fn();
  here.watch({ ...right, userId: 'v' }, { sinceMs: performance.now(), revoked: others });
  here.revoke(right);
  here.revoke(right);
  expect(watches.map(({ count }) => count())).toEqual([1, 1]);
  expect(others).not.toHaveBeenCalled();
});

it('forgets what no longer watches', () => {
  const [here] = startReplicas();
  const { watching, count } = watchOn(here);
  watching[Symbol.dispose]();
  here.revoke(right);
  expect(count()).toBe(0);
});

it('tells a watch that began after the end of a right whose check began before it', async () => {
  const [here] = startReplicas();
  const beforeMs = performance.now();
  here.revoke(right);
  const late = watchOn(here, beforeMs);
  await Promise.resolve();
  expect(late.count()).toBe(1);
  const again = watchOn(here, performance.now() + 1);
  await Promise.resolve();
  expect(again.count()).toBe(0);
});
