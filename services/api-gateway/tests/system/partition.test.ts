import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type FaultySystem, startFaultySystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, createAccount, numbersFrom } from '../support/account.ts';
import { storedMessage } from '../support/conversation.ts';

let sim: OllamaSim;
let system: FaultySystem;
let account: Account;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'gated:latest': { kind: 'scripted', tokens: 60, gateAfterTokens: 20 } } });
  system = await startFaultySystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2,ai-service=2',
    env: { DEFAULT_MODEL: 'gated:latest', LEASE_TTL_MS: '3000' },
  });
  account = await createAccount(system.gatewayUrls[1] ?? '');
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const text = numbersFrom(0, 60).join(' ');

describe('a gateway that a partition cuts off from Redis while it runs a generation', () => {
  it('loses it to another one, writes nothing any more, and sends its clients away', async () => {
    const [first = '', second = ''] = system.gatewayUrls;
    const content = `partition ${randomUUID()}`;
    using sender = await account.connect({ gateway: first });
    using watcher = await account.connect({ gateway: second });
    const turn = await sender.send({ content });
    const stream = await fetch(`${first}/api/v1/generations/${turn.generationId}/stream`, {
      headers: { authorization: `Bearer ${account.accessToken}` },
    });
    await watcher.emit('generation:follow', { generationId: turn.generationId, lastSeq: 0 });
    await waitFor(() => sender.text(turn.generationId).trim().endsWith('19'), { description: 'the first 20 tokens' });

    const links = system.links.find({ from: 'api-gateway', to: 'redis' });
    for (const link of links) link.blackhole();
    await sim.waitFor(({ messages, tokensSent }) => messages.at(-1)?.role === 'assistant' && tokensSent === 20, {
      timeoutMs: 30_000,
    });
    // Both go on: the one that lost the generation and does not know it yet, and the one that has it now.
    sim.release();
    const end = await watcher.ended(turn.generationId, 30_000);
    expect([end.status, watcher.text(turn.generationId)]).toEqual(['completed', text]);

    await waitFor(() => !sender.socket.connected, { description: 'the socket is closed', timeoutMs: 40_000 });
    // Ended, not left open for ever without a word.
    expect(text.startsWith(textOfStream(await stream.text()))).toBe(true);
    await expect(account.connect({ gateway: first })).rejects.toThrow();

    await Promise.all(links.map((link) => link.heal()));
    const back = await waitFor(() => account.connect({ gateway: first }).catch(() => undefined), {
      description: 'the gateway takes clients again',
      timeoutMs: 30_000,
    });
    using returned = back;
    await returned.follow(turn.generationId, 30_000);
    await returned.ended(turn.generationId, 30_000);
    const frames = returned.frames(turn.generationId);
    expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
    expect(returned.text(turn.generationId)).toBe(text);
    expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({
      content: text,
      status: 'completed',
    });
  }, 120_000);
});

describe('an ai-service that hangs in the middle of a reply', () => {
  it('is left for another one, which goes on with the text, and closes its own request when it wakes', async () => {
    const content = `hang ${randomUUID()}`;
    const asked = () => sim.requests.filter(({ messages }) => messages.some((message) => message.content === content));
    using device = await account.connect({ gateway: system.gatewayUrls[1] ?? '' });
    // The only one that can be asked.
    const others = system.links.find({ to: 'ai-service-2' });
    for (const link of others) await link.cut();
    const turn = await device.send({ content });
    await waitFor(() => device.text(turn.generationId).trim().endsWith('19'), { description: 'the first 20 tokens' });
    for (const link of others) await link.heal();

    system.signal('ai-service', 'SIGSTOP');
    await waitFor(
      () => asked().some(({ tokensSent, messages }) => messages.at(-1)?.role === 'assistant' && tokensSent === 20),
      {
        description: 'the reply goes on',
        timeoutMs: 60_000,
      },
    );
    expect(asked()[0]?.state).toBe('streaming');
    system.signal('ai-service', 'SIGCONT');
    await waitFor(() => asked()[0]?.state === 'aborted', { description: 'the first request is closed' });
    await waitFor(
      () => {
        sim.release();
        return device.frames(turn.generationId).at(-1)?.type === 'end';
      },
      { description: 'the reply has ended', timeoutMs: 60_000 },
    );
    expect(await device.ended(turn.generationId)).toMatchObject({ status: 'completed' });
    const frames = device.frames(turn.generationId);
    expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
    expect(device.text(turn.generationId)).toBe(text);
    expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({
      content: text,
      status: 'completed',
    });
  }, 120_000);
});

function textOfStream(body: string): string {
  return [...body.matchAll(/^event: delta\n.*\ndata: (.*)$/gm)]
    .map(([, data = '{}']) => JSON.parse(data).text)
    .join('');
}
