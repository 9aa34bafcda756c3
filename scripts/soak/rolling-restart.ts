import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, startSystem, waitFor } from '@chatbot/testkit';
import { pacedModel, startModelServer } from '../bench/model-server.ts';
import { listMessages, register } from './api.ts';
import { Device } from './device.ts';
import { post } from './killed-gateway.ts';
import type { Turn } from './person.ts';
import type { SoakResult } from './soak.ts';
import { unlimitedEnv } from './unlimited.ts';

export interface RollingRestartOptions {
  seed: number;
  /** Each has a connection and an account of its own, and always one reply that is being written. */
  clientCount: number;
  note: (text: string) => void;
}

const gateways = ['api-gateway', 'api-gateway-2', 'api-gateway-3'];
const tokenCount = 30;
const replyText = Array.from({ length: tokenCount }, (_unused, index) => index).join(' ');
const pauseMaxMs = 500;
const timeoutMs = 120_000;

/** What one client was promised. */
type Written = { readonly content: string; readonly turn: Turn };

/**
 * Many clients write and read while one gateway after the other is told to stop and is started again, as a rollout does it. Says what they lost or
 * read wrongly, and which gateway did not stop as it should.
 */
export async function restartGateways({ seed, clientCount, note }: RollingRestartOptions): Promise<SoakResult> {
  await using resources = new AsyncDisposableStack();
  const model = pacedModel({ tokens: tokenCount, ratePerSecond: 10 });
  // A process of its own: beside hundreds of clients in one process it would fall silent, and be taken for one that is gone.
  const modelServer = resources.use(await startModelServer([model]));
  const env = { ...unlimitedEnv, DEFAULT_MODEL: model, OLLAMA_PARALLEL: String(clientCount) };
  const replicas = `api-gateway=${gateways.length}`;
  const system = resources.use(await startSystem({ ollamaUrl: modelServer.ready, replicas, env }));
  const random = createRandom(seed);
  const ending = new AbortController();
  const clients: Client[] = [];
  for (let index = 0; index < clientCount; index += 1) {
    const accessToken = await register(system.url);
    const options = { accessToken, gatewayUrls: system.gatewayUrls, random: random.fork(`client ${index}`) };
    const device = resources.use(new Device(options));
    clients.push({ accessToken, device, random: options.random, written: [] });
  }
  const lives = clients.map((client) => live(client, ending.signal));
  const allConnected = () => clients.every(({ device }) => device.isConnected);
  await waitFor(allConnected, { description: 'every client is connected', timeoutMs });

  const backAfterMs: number[] = [];
  for (const name of gateways) {
    note(`${name} is told to stop`);
    const startedAtMs = performance.now();
    const restarted = system.restart(name, 'SIGTERM');
    await waitFor(() => !allConnected(), { description: `${name} sends its clients away`, timeoutMs });
    await waitFor(allConnected, { description: 'every client is connected again', timeoutMs });
    backAfterMs.push(Math.round(performance.now() - startedAtMs));
    await restarted;
    const { url = '' } = system.process(name);
    await waitFor(async () => (await fetch(`${url}/readyz`)).ok, { description: `${name} is back`, timeoutMs });
  }
  ending.abort();
  await Promise.all(lives);
  await waitFor(() => clients.every(({ device }) => device.isDone), {
    description: 'every reply has ended',
    timeoutMs,
  });

  const perClient = await Promise.all(clients.map((client) => checkClient(client, system.url)));
  const unclean = system.exits().filter(({ reason }) => reason !== 'exit code 0');
  return {
    violations: [...perClient.flat(), ...unclean.map(({ name, reason }) => `${name} ended with ${reason}`)],
    counts: {
      messages: clients.reduce((sum, { written }) => sum + written.length, 0),
      'ms until the last client of a gateway was back': Math.max(...backAfterMs),
    },
    logs: system.logs(),
  };
}

type Client = {
  readonly accessToken: string;
  readonly device: Device;
  readonly random: ReturnType<typeof createRandom>;
  readonly written: Written[];
};

/** Writes one message after the other, and waits for the end of each reply. */
async function live({ device, random, written }: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const content = `message ${written.length} of ${random.seed}`;
    const turn = await post(device, content);
    written.push({ content, turn });
    device.want(turn.generationId);
    await waitFor(() => device.isDone, { description: 'the reply has ended', timeoutMs });
    await delay(random.below(pauseMaxMs), undefined, { signal }).catch(() => {});
  }
}

async function checkClient({ accessToken, device, written }: Client, gatewayUrl: string): Promise<string[]> {
  const violations: string[] = [];
  for (const { content, turn } of written) {
    const transcript = device.transcripts.get(turn.generationId);
    violations.push(...(transcript?.violations ?? [`nothing was sent of the reply to "${content}"`]));
    if (transcript?.text !== replyText) violations.push(`the reply to "${content}" was read as "${transcript?.text}"`);
    const stored = await listMessages({ gatewayUrl, accessToken, conversationId: turn.conversationId });
    const found = stored.map((message) => `${message.id} ${message.status} ${message.content}`);
    const expected = [
      `${turn.userMessageId} completed ${content}`,
      `${turn.assistantMessageId} completed ${replyText}`,
    ];
    if (JSON.stringify(found) !== JSON.stringify(expected)) violations.push(`stored is ${JSON.stringify(found)}`);
  }
  return violations;
}
