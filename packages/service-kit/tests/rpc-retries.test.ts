import { AppError } from '@chatbot/errors';
import { createRandom, startTcpProxy, waitFor } from '@chatbot/testkit';
import { describe, expect, it } from 'vitest';
import { serverStream, unary } from '../src/index.ts';
import { anyInput, callOptions, connectTo, delta, readAll, startTestServer } from './harness.ts';

const retried = ['GenerateTitle'] as const;

/** Answers GenerateTitle as `handle` says and counts the calls. */
function counting(handle: (call: number) => string | AppError) {
  const seen = { calls: 0 };
  const GenerateTitle = unary({
    access: 'anyone',
    input: anyInput,
    async handle() {
      seen.calls += 1;
      const answer = handle(seen.calls);
      if (answer instanceof AppError) throw answer;
      return { title: answer };
    },
  });
  return { seen, handlers: { GenerateTitle } };
}

describe('a method that is idempotent', () => {
  it('is asked again when its answer was lost after it took effect, until it is heard', async () => {
    const { seen, handlers } = counting(() => 'done');
    await using server = await startTestServer({ handlers });
    await using proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: server.port } });
    using client = connectTo(`${proxy.host}:${proxy.port}`, { idempotent: retried });
    await client.unary('GenerateTitle', {}, callOptions());
    proxy.blackhole('answers');
    const asked = client.unary('GenerateTitle', {}, callOptions());
    await waitFor(() => seen.calls === 2, { description: 'it took effect' });
    await proxy.heal();
    expect(await asked).toEqual({ title: 'done' });
    expect(seen.calls).toBe(3);
  });

  it('comes through connections that break at random, before and after it took effect', async () => {
    const { seen, handlers } = counting(() => 'done');
    await using server = await startTestServer({ handlers });
    await using proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: server.port } });
    using client = connectTo(`${proxy.host}:${proxy.port}`, { idempotent: retried });
    proxy.disturb({ rate: 0.05, random: createRandom(1) });
    for (let call = 0; call < 40; call += 1)
      expect(await client.unary('GenerateTitle', {}, callOptions())).toBeTruthy();
    expect(seen.calls).toBeGreaterThan(40);
  });

  it('is asked again when it says UNAVAILABLE, four times at most', async () => {
    const { seen, handlers } = counting((call) => (call < 3 ? new AppError('UNAVAILABLE') : 'done'));
    await using server = await startTestServer({ handlers });
    using client = connectTo(`127.0.0.1:${server.port}`, { idempotent: retried });
    expect(await client.unary('GenerateTitle', {}, callOptions())).toEqual({ title: 'done' });
    expect(seen.calls).toBe(3);

    const broken = counting(() => new AppError('UNAVAILABLE'));
    await using other = await startTestServer({ handlers: broken.handlers });
    using second = connectTo(`127.0.0.1:${other.port}`, { idempotent: retried });
    await expect(second.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(broken.seen.calls).toBe(4);
  });

  it('keeps its deadline over all attempts', async () => {
    const { handlers } = counting(() => new AppError('UNAVAILABLE'));
    await using server = await startTestServer({ handlers });
    using client = connectTo(`127.0.0.1:${server.port}`, { idempotent: retried });
    const asked = client.unary('GenerateTitle', {}, { ...callOptions(), timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject({ reason: expect.stringMatching(/DEADLINE_EXCEEDED|UNAVAILABLE/) });
  });
});

describe('any other method', () => {
  it('is asked once', async () => {
    const { seen, handlers } = counting(() => new AppError('UNAVAILABLE'));
    await using server = await startTestServer({ handlers });
    using client = connectTo(`127.0.0.1:${server.port}`);
    await expect(client.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(seen.calls).toBe(1);
  });

  it('when it is a stream, is asked once, and its reader learns of the break', async () => {
    let calls = 0;
    const Generate = serverStream({
      access: 'anyone',
      input: anyInput,
      async *handle() {
        calls += 1;
        yield delta('one');
        throw new AppError('UNAVAILABLE');
      },
    });
    await using server = await startTestServer({ handlers: { Generate } });
    using client = connectTo(`127.0.0.1:${server.port}`, { idempotent: retried });
    await expect(readAll(client.serverStream('Generate', {}, callOptions()))).rejects.toMatchObject({
      reason: 'UNAVAILABLE',
    });
    expect(calls).toBe(1);
  });
});

describe('a server', () => {
  it('asks old connections to be made anew, and no call fails by that', async () => {
    const { seen, handlers } = counting(() => 'done');
    await using server = await startTestServer({ handlers, connectionAgeMs: 50 });
    let connections = 0;
    const createTap = () => {
      connections += 1;
      return () => {};
    };
    await using proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: server.port }, createTap });
    using client = connectTo(`${proxy.host}:${proxy.port}`);
    await waitFor(
      async () => {
        await client.unary('GenerateTitle', {}, callOptions());
        return connections >= 3;
      },
      { description: 'three connections' },
    );
    expect(seen.calls).toBeGreaterThanOrEqual(3);
  });
});
