import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { recordSpans } from '../../tests/recorded-spans.ts';
import { createRequestContext } from '../request-context.ts';
import { inTrace } from '../tracing/current-trace.ts';
import { noTracing } from '../tracing/tracing.ts';
import { inScriptSpan, limiterStore } from './script-span.ts';

const context = createRequestContext();

function spanOf(script: string) {
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': 'EVALSHA', 'db.stored_procedure.name': script };
  return { name: `EVALSHA ${script}`, kind: 'client', attributes };
}

/** As ioredis makes an answer of Redis that begins with a minus. */
const refusal = Object.assign(new Error('NOSCRIPT No matching script. what somebody wrote'), { name: 'ReplyError' });

describe('a script that is run for a request', () => {
  it.each([
    ['an answer', undefined, undefined],
    ['what Redis refuses it with', refusal, { error: { type: 'NOSCRIPT', isFault: true } }],
    ['a lost connection', new Error('what somebody wrote'), { error: { type: 'Error', isFault: true } }],
    ['something else', 'what somebody wrote', { error: { type: 'unknown', isFault: true } }],
  ])('is a span that ends with %s', async (_name, error, outcome) => {
    const { tracing, spans } = recordSpans();
    const running = inScriptSpan({ tracing, context }, 'claim', () =>
      error === undefined ? Promise.resolve('answer') : Promise.reject(error),
    );
    expect(await running.catch((thrown: unknown) => thrown)).toBe(error ?? 'answer');
    expect(spans).toEqual([[spanOf('claim'), outcome]]);
  });

  it('is run as it is where nothing is traced', () => {
    const running = Promise.resolve('answer');
    expect(inScriptSpan({ tracing: noTracing, context }, 'claim', () => running)).toBe(running);
  });
});

describe('the store of a limiter', () => {
  const client = new Redis({ lazyConnect: true });
  afterAll(() => client.disconnect());
  const store = limiterStore(
    Object.assign(client, { rlflxIncr: (key: string, use: number) => Promise.resolve([key, use, client.status]) }),
  );

  it('makes what is asked a span of the call that it is asked for, and of none outside of one', async () => {
    const { tracing, spans } = recordSpans();
    const answer = inTrace({ tracing, context }, async () => {
      await Promise.resolve();
      return store.rlflxIncr('key', 1);
    });
    expect(await answer).toEqual(['key', 1, 'wait']);
    expect(await store.rlflxIncr('key', 2)).toEqual(['key', 2, 'wait']);
    expect(spans).toEqual([[spanOf('rlflxIncr'), undefined]]);
  });

  it('is the connection in everything else', () => {
    expect(store.status).toBe('wait');
    expect(store.multi().exec).toBeTypeOf('function');
  });
});
