import { createLogger } from '@chatbot/service-kit';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPresence } from '../src/presence.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await createTestRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Far longer than a refresh takes to come: who is here must not be forgotten by a process that had to wait. */
const ttlMs = 3_000;

type Told = { conversationId: string; userId: string; present: boolean };

/** A replica, and what its sockets are told. Its own and the others' events are one list: a real one reaches all replicas. */
function startReplica(told: Told[]) {
  const redis = new Redis(server.url);
  const room = { to: () => ({ emit: (_event: string, payload: Told) => told.push(payload) }) };
  const io = { ...room, local: room } as unknown as Parameters<typeof startPresence>[0]['io'];
  const logger = createLogger({ service: 'test', level: 'silent' });
  const presence = startPresence({ redis, io, logger, refreshIntervalMs: 50, ttlMs });
  return {
    presence,
    /** As SIGKILL does it: nothing is said any more. */
    async kill() {
      await presence[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

it('forgets who was there by way of a replica that was killed, and says so, while others stay', async () => {
  const told: Told[] = [];
  const [staying, dying] = [startReplica(told), startReplica([])];
  const conversationId = 'c1';
  await staying.presence.enter({ conversationId, userId: 'ada', socketId: 's1' });
  const present = await dying.presence.enter({ conversationId, userId: 'grace', socketId: 's2' });
  expect(present.toSorted()).toEqual(['ada', 'grace']);
  await waitFor(() => told.some(({ userId, present: here }) => userId === 'grace' && here), {
    description: 'the staying replica finds out',
  });
  await dying.kill();
  await waitFor(() => told.some(({ userId, present: here }) => userId === 'grace' && !here), {
    description: 'the killed one’s visitor is gone',
  });
  expect(told.some(({ userId, present: here }) => userId === 'ada' && !here)).toBe(false);
  expect(await staying.presence.enter({ conversationId, userId: 'ada', socketId: 's3' })).toEqual(['ada']);
  await staying.kill();
});

it('counts a user as here until the last of their sockets has left', async () => {
  const told: Told[] = [];
  const replica = startReplica(told);
  const visit = (socketId: string) => ({ conversationId: 'c2', userId: 'ada', socketId });
  await replica.presence.enter(visit('s1'));
  await replica.presence.enter(visit('s2'));
  await replica.presence.leave(visit('s1'));
  expect(told.some(({ present }) => !present)).toBe(false);
  await replica.presence.leave(visit('s2'));
  expect(told.at(-1)).toEqual({ conversationId: 'c2', userId: 'ada', present: false });
  await replica.kill();
});
