import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modelSchema } from '../../src/clients/resources/model.ts';
import { type Account, createAccount } from '../support/account.ts';

const short = { kind: 'scripted', text: 'A reply.', sizeBytes: 1_000 } as const;
const setupToken = 'open sesame, open sesame';
const linesWanted = { accept: 'application/x-ndjson' };

let sim: OllamaSim;
let system: System;
let admin: Account;
let user: Account;

beforeAll(async () => {
  const library = Object.fromEntries(['one', 'two', 'three', 'four', 'five'].map((name) => [name, short]));
  sim = await startOllamaSim({ models: { short }, library, gatePulls: true });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'short:latest', SETUP_TOKEN: setupToken } });
  [admin, user] = [await createAccount(system.url, { setupToken }), await createAccount(system.url)];
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const problemSchema = z.looseObject({ reason: z.string(), status: z.int() });
const lineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    state: z.enum(['preparing', 'downloading', 'verifying', 'finishing']),
    completedBytes: z.int(),
    totalBytes: z.int(),
    server: z.int(),
    serverCount: z.int(),
  }),
  z.object({ type: z.literal('done'), model: z.string() }),
  z.object({ type: z.literal('error'), problem: problemSchema }),
]);

async function listModels(account: Account): Promise<string[]> {
  const { body } = await account.request('GET', '/models');
  return z
    .object({ items: z.array(modelSchema) })
    .parse(body)
    .items.map(({ name }) => name);
}

/** The lines of a pull; half of the model is there when `atHalf` is told of it. */
async function pullLines(model: string, options: { atHalf?: () => void; signal?: AbortSignal } = {}) {
  const response = await fetch(`${system.url}/api/v1/models/pull`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.accessToken}`, 'content-type': 'application/json', ...linesWanted },
    body: JSON.stringify({ model }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const lines: z.infer<typeof lineSchema>[] = [];
  let rest = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const complete = (rest + piece).split('\n');
    rest = complete.pop() ?? '';
    lines.push(...complete.map((line) => lineSchema.parse(JSON.parse(line))));
    const last = lines.at(-1);
    if (last?.type === 'progress' && last.completedBytes === 500) options.atHalf?.();
  }
  return { response, lines };
}

function pullsOf(name: string) {
  return sim.requests.filter(({ path, model }) => path === '/api/pull' && model === name);
}

describe('an administrator', () => {
  it('installs a model, which is listed for everybody at once', async () => {
    expect(await listModels(user)).toEqual(['short:latest']);
    const pulled = admin.request('POST', '/models/pull', { model: 'one' });
    await waitFor(() => sim.release({ model: 'one' }) === 1, { description: 'the pull is at the gate' });
    expect(await pulled).toMatchObject({ status: 200, body: { model: 'one' } });
    expect(await listModels(user)).toEqual(['short:latest', 'one:latest']);
  });

  it('who asks for lines sees how far it is', async () => {
    const { response, lines } = await pullLines('two', { atHalf: () => sim.release({ model: 'two' }) });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(lines.at(-1)).toEqual({ type: 'done', model: 'two' });
    const states = lines.flatMap((line) => (line.type === 'progress' ? [line.state] : []));
    expect([...new Set(states)]).toEqual(['preparing', 'downloading', 'verifying', 'finishing']);
    expect(lines.at(-2)).toMatchObject({ completedBytes: 1_000, totalBytes: 1_000, server: 1, serverCount: 1 });
  });

  it('is told that the library has no such model, by a status or by the last line', async () => {
    const answer = await admin.request('POST', '/models/pull', { model: 'nothing' });
    expect(answer).toMatchObject({ status: 422, body: { reason: 'MODEL_NOT_FOUND' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect((await pullLines('nothing')).lines.at(-1)).toMatchObject({
      type: 'error',
      problem: { reason: 'MODEL_NOT_FOUND', status: 422 },
    });
  });

  it('who names another host is refused, and no model server hears of it', async () => {
    const before = sim.requests.length;
    for (const model of ['registry.example/library/one', 'localhost:5000/one', 'http://registry.example/one', '']) {
      const answer = await admin.request('POST', '/models/pull', { model });
      expect(answer).toMatchObject({
        status: 400,
        body: { reason: 'VALIDATION_FAILED', errors: [{ field: 'model' }] },
      });
    }
    expect(sim.requests).toHaveLength(before);
  });

  it('who goes away ends the pull, and installs the model by asking again', async () => {
    const abort = new AbortController();
    await expect(pullLines('three', { atHalf: () => abort.abort(), signal: abort.signal })).rejects.toThrow();
    await sim.waitFor(({ model, state }) => model === 'three' && state === 'aborted', { timeoutMs: 20_000 });
    expect(await listModels(user)).not.toContain('three:latest');
    const { lines } = await pullLines('three', { atHalf: () => sim.release({ model: 'three' }) });
    expect(lines.at(-1)).toEqual({ type: 'done', model: 'three' });
  });

  it('who waits while the gateway closes is told to ask again', async () => {
    let restarted: Promise<void> | undefined;
    const { lines } = await pullLines('four', {
      atHalf: () => {
        restarted ??= system.restart('api-gateway', 'SIGTERM');
      },
    });
    expect(lines.at(-1)).toMatchObject({ type: 'error', problem: { reason: 'UNAVAILABLE', retryable: true } });
    await sim.waitFor(({ model, state }) => model === 'four' && state === 'aborted', { timeoutMs: 20_000 });
    await restarted;
  }, 60_000);
});

describe('anybody else', () => {
  it('installs nothing', async () => {
    const answer = await user.request('POST', '/models/pull', { model: 'five' }, linesWanted);
    expect(answer).toMatchObject({ status: 403, body: { reason: 'PERMISSION_DENIED' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(pullsOf('five')).toEqual([]);
  });
});
