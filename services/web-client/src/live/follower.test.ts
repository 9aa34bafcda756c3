import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noAnswer, ProblemError, parseProblem } from '../api/problem.ts';
import type { Message } from '../api/schemas.ts';
import type { ConnectionStatus } from './connection.ts';
import { createFollower } from './follower.ts';
import { createGenerationStore } from './generation-store.ts';
import { createValue } from './value.ts';

const MESSAGE: Message = {
  id: 'a1',
  conversationId: 'c1',
  parentId: 'u1',
  role: 'assistant',
  content: 'stored',
  contentSeq: 7,
  status: 'streaming',
  generationId: 'g1',
  authorId: undefined,
  model: undefined,
  problem: undefined,
  usage: undefined,
  timings: undefined,
  createdAt: '2026-01-01T00:00:00Z',
  version: 1,
};

function setUp() {
  const status = createValue<ConnectionStatus>('online');
  const asked: unknown[] = [];
  const server = { answer: async (): Promise<void> => {} };
  const onLost = vi.fn();
  const generations = createGenerationStore({ schedule: (flush) => flush(), onGap: () => {}, onEnd: () => {} });
  const connection = {
    status,
    async emit(event: string, payload: object): Promise<never> {
      asked.push([event, payload]);
      // What the server answers to a question does not matter: the frames come as events.
      return (await server.answer()) as never;
    },
  };
  return { status, asked, server, onLost, generations, follower: createFollower({ connection, generations, onLost }) };
}

const ASKED_ONCE = [['generation:follow', { generationId: 'g1', lastSeq: 7 }]];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('follower', () => {
  it('asks once for a running reply, from the frame that its stored text contains last', () => {
    const { follower, asked } = setUp();
    follower.follow(MESSAGE);
    follower.follow(MESSAGE);
    expect(asked).toEqual(ASKED_ONCE);
  });

  it('does not ask for a reply of its own, whose frames come anyway', () => {
    const { follower, asked } = setUp();
    follower.assume('g1');
    follower.follow(MESSAGE);
    expect(asked).toEqual([]);
  });

  it('asks again on a new connection, from the last frame that it has', () => {
    const { follower, asked, generations } = setUp();
    follower.follow(MESSAGE);
    generations.receive({ type: 'delta', generationId: 'g1', seq: 8, text: ' more' });
    return vi.waitFor(() => {
      follower.restart();
      expect(asked.at(-1)).toEqual(['generation:follow', { generationId: 'g1', lastSeq: 8 }]);
    });
  });

  it('waits for the connection', () => {
    const { follower, asked, status } = setUp();
    status.set('lost');
    follower.follow(MESSAGE);
    expect(asked).toEqual([]);
    status.set('online');
    follower.restart();
    expect(asked).toEqual(ASKED_ONCE);
  });

  it('asks for a reply that has gone quiet, and not for one that is heard', async () => {
    const { follower, asked } = setUp();
    const stop = follower.watch();
    follower.follow(MESSAGE);
    await vi.advanceTimersByTimeAsync(12_000);
    follower.heard('g1');
    await vi.advanceTimersByTimeAsync(12_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(asked).toHaveLength(2);
    stop();
  });

  it('has the messages read again when the server does not know the reply', async () => {
    const { follower, server, onLost } = setUp();
    server.answer = () =>
      Promise.reject(new ProblemError(parseProblem({ title: 'Not found', reason: 'RESOURCE_NOT_FOUND' }, 404)));
    follower.follow(MESSAGE);
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1));
  });

  it('leaves an unanswered question to the next connection', async () => {
    const { follower, server, asked, onLost } = setUp();
    server.answer = () => Promise.reject(noAnswer());
    follower.follow(MESSAGE);
    await vi.advanceTimersByTimeAsync(0);
    server.answer = async () => {};
    follower.follow(MESSAGE);
    expect(asked).toHaveLength(2);
    expect(onLost).not.toHaveBeenCalled();
  });
});
