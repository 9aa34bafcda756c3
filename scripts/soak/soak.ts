import { setTimeout as delay } from 'node:timers/promises';
import { type OllamaSim, type SimRequest, startOllamaSim } from '@chatbot/ollama-sim';
import { createRandom, type FaultySystem, startFaultySystem, waitFor } from '@chatbot/testkit';
import { register } from './api.ts';
import { checkHistory } from './check-history.ts';
import { failEverywhere, makeTrouble } from './faults.ts';
import { createPeople, type Person } from './person.ts';
import { unlimitedEnv } from './unlimited.ts';

export interface SoakOptions {
  seed: number;
  /** How long people and faults go on. */
  durationMs: number;
  peopleCount: number;
  /** `all`: one fault after the other, of every kind. `calls`: from the first to the last moment, every twentieth thing that is sent fails. */
  faults: 'all' | 'calls';
  note: (text: string) => void;
}

export interface SoakResult {
  violations: string[];
  /** What was done and what came of it, for a line of the report. */
  counts: Readonly<Record<string, number>>;
  /** All that the processes logged. */
  logs: string;
}

const tokenCount = 60;
const replyText = Array.from({ length: tokenCount }, (_unused, index) => index).join(' ');

/** One text for all models, so that what a reply must be is known whatever happened to it. */
const models = {
  'steady:latest': { kind: 'scripted', tokens: tokenCount, ratePerSecond: 40 },
  'slow:latest': { kind: 'scripted', tokens: tokenCount, ratePerSecond: 12 },
  'late:latest': { kind: 'scripted', tokens: tokenCount, ratePerSecond: 100, firstTokenDelayMs: 600 },
} as const;

const replicas = { 'api-gateway': 3, 'ai-service': 2 };
const processNames = ['api-gateway', 'api-gateway-2', 'api-gateway-3', 'ai-service', 'ai-service-2', 'chat-service'];
const env = { ...unlimitedEnv, DEFAULT_MODEL: 'steady:latest' };

/** Longer than everything that a reply may wait for: a process that is started again, an orphan that is found. */
const settleTimeoutMs = 120_000;

/** Starts a whole system, lets people use it while things break, mends everything, and says what went wrong. */
export async function soak({ seed, durationMs, peopleCount, faults, note }: SoakOptions): Promise<SoakResult> {
  await using resources = new AsyncDisposableStack();
  const sim = resources.use(await startOllamaSim({ models, historyMax: 100_000 }));
  const system = resources.use(await startFaultySystem({ ollamaUrl: sim.url, replicas: toList(replicas), env }));
  const accessTokens = await Promise.all(Array.from({ length: peopleCount }, () => register(system.url)));
  const { gatewayUrls } = system;
  const people = createPeople({ gatewayUrls, accessTokens, models: Object.keys(models), seed });
  for (const person of people) resources.use(person);

  const ending = new AbortController();
  const random = createRandom(seed).fork('faults');
  const { signal } = ending;
  const trouble =
    faults === 'all'
      ? makeTrouble({ system, sim, random, processNames, signal, onFault: note })
      : failEverywhere({ system, random, signal });
  const lives = people.map((person) => person.live(signal));
  await delay(durationMs);
  ending.abort();
  const { killed, counts: faultCounts } = await trouble;
  await Promise.all(lives);

  note('everything is mended, waiting for the ends');
  const settled = await settle({ system, sim, people }).then(
    () => [],
    (error: unknown) => [error instanceof Error ? error.message : String(error)],
  );
  const found = await checkHistory({ system, people, killed, replyText });
  return {
    violations: [...settled, ...found],
    counts: { ...countTurns(people), ...Object.fromEntries(faultCounts) },
    logs: system.logs(),
  };
}

async function settle(world: { system: FaultySystem; sim: OllamaSim; people: readonly Person[] }): Promise<void> {
  const { system, sim, people } = world;
  for (const url of system.gatewayUrls) {
    await waitFor(async () => (await fetch(`${url}/health`)).ok, {
      description: `${url} is healthy again`,
      timeoutMs: settleTimeoutMs,
    });
  }
  for (const person of people) person.wantEverything();
  await waitFor(() => people.every(({ isDone }) => isDone), {
    description: 'every reader has seen the end of every reply',
    timeoutMs: settleTimeoutMs,
  });
  // A title may still be written; it has 30 s.
  await waitFor(() => !sim.requests.some(isRunning), {
    description: 'no request to the model server runs any more',
    timeoutMs: settleTimeoutMs,
  });
}

function isRunning({ state }: SimRequest): boolean {
  return ['queued', 'loading', 'streaming'].includes(state);
}

function countTurns(people: readonly Person[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const person of people) {
    for (const { generationId, action } of person.turns) {
      count(`acked ${action}`);
      count(`reply ${person.devices[0]?.transcripts.get(generationId)?.end?.status ?? 'without an end'}`);
    }
  }
  return counts;
}

function toList(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(',');
}
