import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { createRandom, type Random, type System, startSystem, waitFor } from '@chatbot/testkit';
import { listMessages, register } from './api.ts';
import { Device } from './device.ts';
import { type Turn, turnSchema } from './person.ts';
import type { SoakResult } from './soak.ts';
import { unlimitedEnv } from './unlimited.ts';

/** A system whose gateways can be killed one after the other: starting one for every seed would take longer than the trials. */
export interface KillTrials extends AsyncDisposable {
  /** Kills the gateway that writes a reply, at a token that the seed chooses, and says what its readers should not have seen. */
  run(seed: number): Promise<SoakResult>;
}

const tokenCount = 60;
/** The last tokens come once the gateway is dead: a slow machine must not miss the reply. */
const gateAfterTokens = 50;
const replyText = Array.from({ length: tokenCount }, (_unused, index) => index).join(' ');
const gateways = ['api-gateway', 'api-gateway-2', 'api-gateway-3'];
const timeoutMs = 60_000;

type World = { sim: OllamaSim; system: System; accessToken: string };

export async function startKillTrials(): Promise<KillTrials> {
  await using resources = new AsyncDisposableStack();
  const model = { kind: 'scripted', tokens: tokenCount, gateAfterTokens, ratePerSecond: 60 } as const;
  const sim = resources.use(await startOllamaSim({ models: { 'gated:latest': model }, historyMax: 100_000 }));
  const env = { ...unlimitedEnv, DEFAULT_MODEL: 'gated:latest', LEASE_TTL_MS: '1500' };
  const replicas = `api-gateway=${gateways.length}`;
  const system = resources.use(await startSystem({ ollamaUrl: sim.url, replicas, env }));
  const accessToken = await register(system.url);
  const running = resources.move();
  return {
    run: (seed) => runTrial({ sim, system, accessToken }, createRandom(seed)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Two readers: one of the gateway that is killed, who goes on at another one, and one who is at another one all the time. */
async function runTrial(world: World, random: Random): Promise<SoakResult> {
  const { system, accessToken } = world;
  const victim = random.pick(gateways);
  const killAfterTokens = random.below(gateAfterTokens);
  const victimUrl = system.process(victim).url ?? '';
  const otherUrls = system.gatewayUrls.filter((url) => url !== victimUrl);
  await using sender = new Device({ accessToken, random: random.fork('sender'), gatewayUrls: [victimUrl] });
  await using watcher = new Device({ accessToken, random: random.fork('watcher'), gatewayUrls: otherUrls });
  const content = `kill ${randomUUID()}`;
  const turn = await post(sender, content);
  const { generationId } = turn;
  watcher.want(generationId);
  await waitFor(() => countTokens(sender, generationId) > killAfterTokens, {
    description: `${killAfterTokens + 1} tokens`,
    timeoutMs,
  });
  const restarted = system.restart(victim);
  const seenText = sender.transcripts.get(generationId)?.text ?? '';
  sender.turnTo(otherUrls);
  sender.want(generationId);
  await waitFor(
    () => {
      world.sim.release();
      return sender.isDone && watcher.isDone;
    },
    { description: 'both readers have seen the end', timeoutMs },
  );
  const violations = [
    ...checkReaders([sender, watcher], generationId),
    ...checkContinuation(world, { content, seenText }),
    ...(await checkStored(world, { turn, content, gatewayUrl: otherUrls[0] ?? '' })),
  ];
  await restarted;
  await waitFor(async () => (await fetch(`${victimUrl}/readyz`)).ok, { description: `${victim} is back`, timeoutMs });
  return { violations, counts: { [`tokens before ${victim} was killed`]: killAfterTokens + 1 }, logs: system.logs() };
}

/** Sends a message until it is acknowledged, with the same id each time. */
export async function post(sender: Device, content: string): Promise<Turn> {
  const message = { clientMessageId: randomUUID(), content };
  return await waitFor(
    async () => {
      const ack = await sender.emit('message:send', message);
      return ack !== 'lost' && ack.ok && turnSchema.parse(ack.data);
    },
    { description: 'the message is acknowledged', timeoutMs },
  );
}

function countTokens(device: Device, generationId: string): number {
  const text = device.transcripts.get(generationId)?.text ?? '';
  return text.trim() === '' ? 0 : text.trim().split(' ').length;
}

function checkReaders(readers: readonly Device[], generationId: string): string[] {
  return readers.flatMap(({ transcripts }, index) => {
    const name = index === 0 ? 'the reader who went elsewhere' : 'the reader who was elsewhere';
    const transcript = transcripts.get(generationId);
    if (transcript === undefined) return [`${name} saw nothing`];
    const found = transcript.violations.map((violation) => `${name}: ${violation}`);
    if (transcript.repeatCount > 0) found.push(`${name} was sent ${transcript.repeatCount} frames twice`);
    if (transcript.end?.status !== 'completed') found.push(`${name} saw the reply end ${transcript.end?.status}`);
    if (transcript.text !== replyText) found.push(`${name} saw "${transcript.text}"`);
    return found;
  });
}

/** The model is asked to go on from a text that holds all that was seen, not to begin again. */
function checkContinuation({ sim }: World, { content, seenText }: { content: string; seenText: string }): string[] {
  const asked = sim.requests.filter(({ messages }) => messages.some((message) => message.content === content));
  const last = asked.at(-1)?.messages.at(-1);
  if (last?.role === 'assistant' && last.content.startsWith(seenText)) return [];
  return [`the model was asked ${asked.length} times, last with "${last?.content}" after "${seenText}" was seen`];
}

async function checkStored(
  { accessToken }: World,
  { turn, content, gatewayUrl }: { turn: Turn; content: string; gatewayUrl: string },
): Promise<string[]> {
  const stored = await listMessages({ gatewayUrl, accessToken, conversationId: turn.conversationId });
  const found = stored.map((message) => `${message.id} ${message.status} ${message.content}`);
  const expected = [`${turn.userMessageId} completed ${content}`, `${turn.assistantMessageId} completed ${replyText}`];
  return JSON.stringify(found) === JSON.stringify(expected) ? [] : [`stored is ${JSON.stringify(found)}`];
}
