import { createRegistry } from '@chatbot/service-kit';
import { describe, expect, it } from 'vitest';
import { createGatewayMetrics } from '../metrics.ts';
import { createLoadGate, storingMax } from './load-gate.ts';

const metrics = createGatewayMetrics(createRegistry('test'));
const overloaded = expect.objectContaining({ reason: 'OVERLOADED', retryAfterMs: 2_000, retryable: true });

describe('the load gate', () => {
  it('refuses a turn while as many replies as allowed are written, and takes it when one has ended', () => {
    let running = 3;
    const gate = createLoadGate({ repliesMax: 3, countRunning: () => running, metrics });
    expect(() => gate.enter()).toThrow(overloaded);
    running = 2;
    expect(() => gate.enter()).not.toThrow();
  });

  it('counts turns that are being stored among the replies', () => {
    const gate = createLoadGate({ repliesMax: 1, countRunning: () => 0, metrics });
    const place = gate.enter();
    expect(() => gate.enter()).toThrow(overloaded);
    place[Symbol.dispose]();
    expect(() => gate.enter()).not.toThrow();
  });

  it('at ten times what it can store at once takes in no more than that', () => {
    const gate = createLoadGate({ repliesMax: 1_000_000, countRunning: () => 0, metrics });
    let admitted = 0;
    let refused = 0;
    for (let index = 0; index < 10 * storingMax; index += 1) {
      try {
        gate.enter();
        admitted += 1;
      } catch {
        refused += 1;
      }
    }
    expect([admitted, refused]).toEqual([storingMax, 9 * storingMax]);
  });
});
