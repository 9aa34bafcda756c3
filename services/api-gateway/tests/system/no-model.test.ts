import { freePort, type System, startSystem } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, callApi, createAccount } from '../support/account.ts';

let system: System;
let account: Account;

beforeAll(async () => {
  const env = { OLLAMA_RETURN_TIMEOUT_MS: '300' };
  system = await startSystem({ ollamaUrl: `http://127.0.0.1:${await freePort()}`, env });
  account = await createAccount(system.url);
}, 120_000);

afterAll(() => system?.[Symbol.asyncDispose]());

describe('without a model server', () => {
  it('/health is degraded and says why, and the system is ready', async () => {
    const { status, body } = await callApi(system.url, 'GET', '/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', model: { ok: false, error: expect.stringContaining('Ollama') } });
    expect((await callApi(system.url, 'GET', '/readyz')).status).toBe(200);
  });

  it('a message is stored, its reply fails with a clear problem, and Retry asks again', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'anybody there?' });
    const end = await device.ended(turn.generationId);
    expect(end).toMatchObject({ status: 'failed', problem: { reason: 'MODEL_UNAVAILABLE', retryable: true } });
    const retry = await device.emit('message:regenerate', {
      messageId: turn.assistantMessageId,
      clientMessageId: 'retry-0001',
    });
    expect(retry).toMatchObject({
      ok: true,
      data: { conversationId: turn.conversationId, userMessageId: turn.userMessageId },
    });
  });

  it('the models route answers 503 with the same reason', async () => {
    expect(await account.request('GET', '/models')).toMatchObject({
      status: 503,
      body: { reason: 'MODEL_UNAVAILABLE' },
    });
  });
});
