import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Account, createAccount, numbersFrom } from '../support/account.ts';
import { storedMessage } from '../support/conversation.ts';

const repliesMax = 5;
const text = numbersFrom(0, 20).join(' ');

let sim: OllamaSim;
let system: System;
let account: Account;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'gated:latest': { kind: 'scripted', tokens: 20, gateAfterTokens: 10 } } });
  system = await startSystem({
    ollamaUrl: sim.url,
    env: {
      DEFAULT_MODEL: 'gated:latest',
      REPLIES_MAX: String(repliesMax),
      OLLAMA_PARALLEL: '100',
      QUOTA_GENERATIONS_MAX: '100',
      RATE_LIMIT_MESSAGES_PER_MINUTE: '10000',
    },
  });
  account = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

function send(clientMessageId: string) {
  return account.request('POST', '/conversations/new/messages', { clientMessageId, content: 'one more' });
}

it('ten times as many replies as fit: the surplus is told when to come back and leaves nothing, the others go on', async () => {
  using device = await account.connect();
  const taken = [];
  for (let index = 0; index < repliesMax; index += 1) {
    const turn = await device.send({ content: `reply ${index}` });
    // It is being written, so it counts.
    await waitFor(() => device.text(turn.generationId).trim().endsWith('9'), { description: 'the first ten tokens' });
    taken.push(turn);
  }
  const surplus = Array.from({ length: 10 * repliesMax }, () => randomUUID());
  for (const { status, headers, body } of await Promise.all(surplus.map(send))) {
    expect({ status, body }).toMatchObject({ status: 503, body: { reason: 'OVERLOADED', retryable: true } });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const { body } = await account.request('GET', '/conversations');
  expect(body).toMatchObject({ items: { length: repliesMax } });
  sim.release();
  for (const turn of taken) {
    expect(await device.ended(turn.generationId)).toMatchObject({ status: 'completed' });
    expect(device.text(turn.generationId)).toBe(text);
    expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({ content: text });
  }
  const later = await waitFor(
    async () => {
      const answer = await send(surplus[0] ?? '');
      return answer.status === 202 ? answer : undefined;
    },
    { description: 'there is room again' },
  );
  expect(later.body).toMatchObject({ generationId: expect.any(String) });
});
