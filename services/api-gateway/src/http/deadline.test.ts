import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Until } from '../turns/caller.ts';
import { withinDeadline } from './deadline.ts';

const deadlineMs = 2_000;

let server: Server;
let response: ServerResponse;
let hangUp: () => void;
beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  server = createServer((_request, response) => resolve(response)).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const request = get({ host: '127.0.0.1', port }).on('error', () => {});
  hangUp = () => request.destroy();
  response = await promise;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

/** Work that waits for something that never comes. */
function begin() {
  let given: Until = {};
  const outcome = withinDeadline({ response, deadlineMs }, (until) => {
    given = until;
    return new Promise<never>(() => {});
  }).catch((error: unknown) => error);
  return { outcome, until: () => given };
}

it('ends what takes too long at the deadline, and tells the calls that were made for it', async () => {
  const { outcome, until } = begin();
  expect(until().deadlineAtMs).toBe(Date.now() + deadlineMs);
  vi.advanceTimersByTime(deadlineMs - 1);
  expect(until().signal?.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await outcome).toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  expect(until().signal?.reason).toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
});

it('gives up what a client asked for that has gone', async () => {
  const { until } = begin();
  const given = new Promise((resolve) => until().signal?.addEventListener('abort', resolve));
  hangUp();
  await given;
  expect(until().signal?.reason).toMatchObject({ reason: 'CANCELLED' });
});

it('leaves what is answered in time alone', async () => {
  let given: Until = {};
  const answer = await withinDeadline({ response, deadlineMs }, async (until) => {
    given = until;
    return 'an answer';
  });
  expect(answer).toBe('an answer');
  vi.advanceTimersByTime(deadlineMs);
  response.end();
  expect(given.signal?.aborted).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
