import { expect, it, vi } from 'vitest';
import type { Frame } from '../api/schemas.ts';
import { createGenerationStore } from './generation-store.ts';

function delta(seq: number, text: string): Frame {
  return { type: 'delta', generationId: 'g1', seq, text };
}

function end(seq: number): Frame {
  const rest = { content: undefined, model: undefined, usage: undefined, timings: undefined, problem: undefined };
  return { type: 'end', generationId: 'g1', seq, status: 'stopped', messageId: 'a1', ...rest };
}

function setUp() {
  const flushes: (() => void)[] = [];
  const onGap = vi.fn();
  const onEnd = vi.fn();
  const store = createGenerationStore({ schedule: (flush) => flushes.push(flush), onGap, onEnd });
  return {
    store,
    onGap,
    onEnd,
    flush() {
      for (const run of flushes.splice(0)) run();
    },
    flushCount: () => flushes.length,
  };
}

it('tells a listener once a flush, however many frames came', () => {
  const { store, flush, flushCount } = setUp();
  const listener = vi.fn();
  store.subscribe('g1', listener);
  for (let seq = 1; seq <= 50; seq += 1) store.receive(delta(seq, 'x'));
  expect(flushCount()).toBe(1);
  expect(store.shown('g1')).toBeUndefined();
  flush();
  expect(listener).toHaveBeenCalledTimes(1);
  expect(store.shown('g1')?.text).toBe('x'.repeat(50));
});

it('asks for what is missing after the last frame it has', () => {
  const { store, onGap } = setUp();
  store.receive(delta(1, 'a'));
  store.receive(delta(3, 'c'));
  expect(onGap).toHaveBeenCalledExactlyOnceWith({ generationId: 'g1', lastSeq: 1 });
});

it('shows no text that comes after Stop until the end, and reports the end once', () => {
  const { store, flush, onEnd } = setUp();
  store.receive(delta(1, 'seen'));
  flush();
  store.freeze('g1');
  store.receive(delta(2, ' unseen'));
  flush();
  expect(store.shown('g1')?.text).toBe('seen');
  store.receive(end(3));
  flush();
  store.receive(end(3));
  flush();
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it('starts from stored text and goes on after it', () => {
  const { store, flush } = setUp();
  store.begin({ generationId: 'g1', text: 'stored', lastSeq: 7 });
  expect(store.shown('g1')?.text).toBe('stored');
  store.receive(delta(7, ' again'));
  store.receive(delta(8, ' and on'));
  flush();
  expect(store.shown('g1')?.text).toBe('stored and on');
});
