import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { noAnswer, ProblemError, parseProblem } from '../api/problem.ts';
import type { PostedTurn } from '../api/schemas.ts';
import { createOutbox, type OutboxEntry } from './outbox.ts';

const TURN: PostedTurn = { conversationId: 'c1', userMessageId: 'u1', assistantMessageId: 'a1', generationId: 'g1' };
const MESSAGE = { clientMessageId: 'client-1', content: 'hello' };

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function setUp({ storage = memoryStorage() } = {}) {
  const net = { isOnline: true, answers: [] as (PostedTurn | Error)[], posted: [] as string[] };
  const onSent = vi.fn();
  const outbox = createOutbox({
    storage,
    storagePrefix: 'outbox.',
    isOnline: () => net.isOnline,
    async post(entry: OutboxEntry) {
      net.posted.push(entry.clientMessageId);
      const answer = net.answers.shift() ?? TURN;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onSent,
  });
  return { outbox, net, onSent, storage };
}

it('forgets a message once the server has confirmed it', async () => {
  const { outbox, onSent, storage } = setUp();
  await outbox.send(MESSAGE);
  expect(onSent).toHaveBeenCalledTimes(1);
  expect(outbox.entries.get()).toEqual([]);
  expect(storage.length).toBe(0);
});

it('sends a message again by itself, under the same id, when the connection is back', async () => {
  const { outbox, net, onSent } = setUp();
  net.isOnline = false;
  net.answers = [noAnswer()];
  await outbox.send(MESSAGE);
  expect(outbox.entries.get()).toMatchObject([{ status: 'waiting' }]);
  outbox.connected();
  await vi.waitFor(() => expect(onSent).toHaveBeenCalledTimes(1));
  expect(net.posted).toEqual(['client-1', 'client-1']);
});

it('keeps a refused message with its problem until it is retried or discarded', async () => {
  const { outbox, net } = setUp();
  net.answers = [
    new ProblemError(parseProblem({ title: 'Too many requests', reason: 'RATE_LIMITED', status: 429 }, 429)),
  ];
  await outbox.send(MESSAGE);
  expect(outbox.entries.get()).toMatchObject([{ status: 'unsent', problem: { reason: 'RATE_LIMITED' } }]);
  outbox.connected();
  expect(net.posted).toHaveLength(1);
  await outbox.retry('client-1');
  expect(outbox.entries.get()).toEqual([]);
});

it('offers a message again after a reload that came before the answer', async () => {
  const { outbox, net, storage } = setUp();
  net.isOnline = false;
  net.answers = [noAnswer()];
  await outbox.send(MESSAGE);
  const reloaded = setUp({ storage });
  expect(reloaded.outbox.entries.get()).toMatchObject([{ ...MESSAGE, status: 'unsent' }]);
  reloaded.outbox.discard('client-1');
  expect(storage.length).toBe(0);
});

it('whatever is in the storage, what can be read of it is restored unsent, and the rest is passed over', () => {
  const damaged = fc
    .tuple(fc.constantFrom('clientMessageId', 'content', 'status', 'conversationId'), fc.jsonValue())
    .map(([name, value]) => JSON.stringify({ ...MESSAGE, status: 'waiting', [name]: value }));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json(), damaged)), (stored) => {
      const storage = memoryStorage();
      for (const [index, text] of stored.entries()) storage.setItem(`outbox.${index}`, text);
      for (const entry of setUp({ storage }).outbox.entries.get()) {
        expect(entry.status).toBe('unsent');
        expect(typeof entry.clientMessageId === 'string' && typeof entry.content === 'string').toBe(true);
      }
    }),
  );
});
