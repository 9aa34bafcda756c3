import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { OllamaSim } from '@chatbot/ollama-sim';
import type { FaultySystem, Random } from '@chatbot/testkit';

export type FaultDeps = { system: FaultySystem; sim: OllamaSim; random: Random; processNames: readonly string[] };

/** Signals that were sent to end a process. Every other end of one is a finding. */
export type Killed = { readonly name: string; readonly reason: string };

type Fault = (deps: FaultDeps, state: FaultState) => Promise<void>;

type FaultState = {
  readonly killed: Killed[];
  readonly counts: Map<string, number>;
};

/** Lets one fault after the other happen until told to stop; then everything is as it should be again. Returns what was done. */
export async function makeTrouble(
  deps: FaultDeps & { signal: AbortSignal; onFault: (name: string) => void },
): Promise<FaultState> {
  const { random, signal } = deps;
  const state: FaultState = { killed: [], counts: new Map() };
  while (!signal.aborted) {
    await delay(random.below(pauseMaxMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const [name, fault] = random.pick(weightedFaults);
    state.counts.set(name, (state.counts.get(name) ?? 0) + 1);
    deps.onFault(name);
    await fault(deps, state);
  }
  return state;
}

/** What of everything that is sent breaks its connection. */
const failureRate = 0.05;

/**
 * From now until told to stop, every twentieth piece of what is sent anywhere between the processes, to Postgres and to Redis breaks its connection,
 * half of them once it took effect. No process ends for that.
 */
export async function failEverywhere({
  system,
  random,
  signal,
}: Pick<FaultDeps, 'system' | 'random'> & { signal: AbortSignal }): Promise<FaultState> {
  const heal = disturbAll(system, random);
  await once(signal, 'abort');
  await heal();
  return { killed: [], counts: new Map() };
}

/** Returns what ends it. */
function disturbAll(system: FaultySystem, random: Random): () => Promise<void> {
  const proxies = system.links.find({});
  // How often each link is used must not change what happens next.
  for (const [index, proxy] of proxies.entries())
    proxy.disturb({ rate: failureRate, random: random.fork(`link ${index}`) });
  return async () => {
    for (const proxy of proxies) await proxy.heal();
  };
}

const pauseMaxMs = 1_500;

const kill: Fault = async ({ system, random, processNames }, state) => {
  const name = random.pick(processNames);
  state.killed.push({ name, reason: 'SIGKILL' });
  await system.restart(name);
};

const terminate: Fault = async ({ system, random, processNames }, state) => {
  const name = random.pick(processNames);
  state.killed.push({ name, reason: 'exit code 0' });
  await system.restart(name, 'SIGTERM');
};

const hang: Fault = async ({ system, random, processNames }) => {
  const name = random.pick(processNames);
  system.signal(name, 'SIGSTOP');
  await delay(500 + random.below(3_000));
  system.signal(name, 'SIGCONT');
};

const resetLinks: Fault = async ({ system, random }) => {
  for (const proxy of system.links.find({})) if (random.chance(0.3)) proxy.reset();
};

/** Every twentieth piece that is sent anywhere breaks its connection, before or after it took effect. */
const disturbLinks: Fault = async ({ system, random }) => {
  const heal = disturbAll(system, random);
  await delay(1_000 + random.below(3_000));
  await heal();
};

const partitionGateway: Fault = async ({ system, random, processNames }) => {
  const from = random.pick(processNames.filter((name) => name.startsWith('api-gateway')));
  const [redis] = system.links.find({ from, to: 'redis' });
  redis?.blackhole();
  await delay(1_000 + random.below(4_000));
  await redis?.heal();
};

const slowLinks: Fault = async ({ system, random }) => {
  const proxies = system.links.find({ to: random.pick(['redis', 'database', 'ollama']) });
  for (const proxy of proxies) proxy.delay(20 + random.below(150));
  await delay(1_000 + random.below(2_000));
  for (const proxy of proxies) await proxy.heal();
};

const loseRedis: Fault = async ({ system, random }) => {
  await system.redis.stop();
  await delay(random.below(1_000));
  await system.redis.start();
};

const breakModelServer: Fault = async ({ sim, random }) => {
  sim.setServerFault(random.pick(['refuse', 'reset', 'hang']));
  await delay(200 + random.below(1_500));
  sim.setServerFault('none');
};

const cutModelServer: Fault = async ({ system, random }) => {
  const proxies = system.links.find({ to: 'ollama' });
  for (const proxy of proxies) await proxy.cut();
  await delay(random.below(1_500));
  for (const proxy of proxies) await proxy.heal();
};

const faults: readonly (readonly [name: string, weight: number, fault: Fault])[] = [
  ['kill', 5, kill],
  ['terminate', 3, terminate],
  ['hang', 4, hang],
  ['reset links', 3, resetLinks],
  ['disturb links', 3, disturbLinks],
  ['partition a gateway', 2, partitionGateway],
  ['slow links', 2, slowLinks],
  ['lose redis', 2, loseRedis],
  ['break the model server', 2, breakModelServer],
  ['cut the model server', 2, cutModelServer],
];

const weightedFaults = faults.flatMap(([name, weight, fault]) =>
  Array.from({ length: weight }, () => [name, fault] as const),
);
