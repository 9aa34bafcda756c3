import { createRegistry } from '@chatbot/service-kit';
import { expect, it } from 'vitest';
import { createChatMetrics } from './metrics.ts';

async function start() {
  const clock = { nowMs: 0 };
  const registry = createRegistry('chat-service');
  const metrics = createChatMetrics(registry, () => clock.nowMs);
  const read = async (line: RegExp) => Number(line.exec(await registry.metrics())?.[1] ?? 0);
  return {
    clock,
    record: (conversationId: string, kind: 'start' | 'regenerate' = 'start', replayed = false) =>
      metrics.recordTurn({ conversation: { id: conversationId }, generation: { kind }, replayed }),
    active: () => read(/^chat_active_conversations\{.*\} (\d+)$/m),
    reportUnfinished: metrics.reportUnfinished,
    unfinished: () => read(/^generation_unfinished\{.*\} (\S+)$/m),
    oldestSeconds: () => read(/^generation_oldest_unfinished_seconds\{.*\} (\S+)$/m),
    stored: (role: string) => read(new RegExp(`^chat_messages_total\\{.*role="${role}".*\\} (\\d+)$`, 'm')),
  };
}

it('counts the messages that a turn stores, and none of a replayed one', async () => {
  const metrics = await start();
  metrics.record('a');
  metrics.record('a', 'regenerate');
  metrics.record('a', 'start', true);
  expect([await metrics.stored('user'), await metrics.stored('assistant')]).toEqual([1, 2]);
});

it('counts a conversation as active for 5 minutes after its last turn', async () => {
  const metrics = await start();
  metrics.record('a');
  metrics.clock.nowMs = 200_000;
  metrics.record('b');
  metrics.record('a');
  expect(await metrics.active()).toBe(2);
  metrics.clock.nowMs = 500_000;
  expect(await metrics.active()).toBe(2);
  metrics.clock.nowMs = 500_001;
  expect(await metrics.active()).toBe(0);
});

it('says how many generations are unfinished and how old the oldest is, and NaN while nobody knows', async () => {
  const metrics = await start();
  let database: { count: number; oldestCreatedAtMs: number | undefined } | Error = {
    count: 2,
    oldestCreatedAtMs: 1_000,
  };
  metrics.reportUnfinished(async () => {
    if (database instanceof Error) throw database;
    return database;
  });
  metrics.clock.nowMs = 61_000;
  expect([await metrics.unfinished(), await metrics.oldestSeconds()]).toEqual([2, 60]);
  database = { count: 0, oldestCreatedAtMs: undefined };
  expect([await metrics.unfinished(), await metrics.oldestSeconds()]).toEqual([0, 0]);
  database = new Error('connection refused');
  expect([await metrics.unfinished(), await metrics.oldestSeconds()]).toEqual([Number.NaN, Number.NaN]);
});
