import { writeFile } from 'node:fs/promises';
import { findOnPath } from '../start/find-on-path.ts';
import { waitForStopSignal } from '../start/stop-signals.ts';
import { startBareChain } from './bare-chain/start-bare-chain.ts';
import { benchBytes } from './bytes.ts';
import { directPath } from './direct.ts';
import { benchFirstToken } from './first-token.ts';
import { benchIdle } from './idle.ts';
import { benchLoginFlood } from './login-flood.ts';
import { describeMachine } from './machine.ts';
import { models, startModelServer } from './model-server.ts';
import {
  type BackendName,
  type BenchName,
  BenchOptionError,
  type BenchOptions,
  benchHelp,
  parseBenchOptions,
} from './options.ts';
import { benchOverload, overloadEnv, overloadModel } from './overload.ts';
import type { PathUnderTest } from './path-under-test.ts';
import { benchSearch } from './search.ts';
import { type SeededStore, startSeededStores } from './store/seeded-store.ts';
import { benchStore } from './store.ts';
import { benchStreams, streamsModel } from './streams.ts';
import { startSystem } from './system/start-system.ts';
import { renderTable, type Table } from './table.ts';
import { benchThroughput } from './throughput.ts';

/** What a shell reports of a program that Ctrl-C ended. */
const interruptedCode = 130;
/** So few that the table fits into the memory of Postgres. */
const smallStoreAccountCount = 20;

interface Run {
  options: BenchOptions;
  args: readonly string[];
}

/** Runs the benches that the arguments name, prints their tables, and returns the exit code. */
export async function runBench(process: NodeJS.Process, args: readonly string[]): Promise<number> {
  try {
    const options = parseBenchOptions(args);
    if (options.help) process.stdout.write(benchHelp);
    else return await measureUntilStopped(process, { options, args });
    return 0;
  } catch (error) {
    if (!(error instanceof BenchOptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

/** Ctrl-C stops what was started, in order, before this process ends. */
async function measureUntilStopped(process: NodeJS.Process, run: Run): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const stopped = waitForStopSignal(process, () => process.exit(interruptedCode)).then(() => interruptedCode);
  return await Promise.race([measureAll(process, { ...run, resources }).then(() => 0), stopped]);
}

async function measureAll(process: NodeJS.Process, run: Run & { resources: AsyncDisposableStack }): Promise<void> {
  const { options, args, resources } = run;
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const machine = describeMachine();
  const parts = {
    paths: once(() => startPaths({ options, resources, note })),
    stores: once(() => startStores({ options, resources, note })),
    loadedSystems: once(() => startLoadedSystems({ options, resources, note })),
  };
  const sections = [`Machine: ${machine}.`, `Command: \`${['pnpm bench', ...args].join(' ')}\`.`];
  process.stdout.write(`\n${sections.join('\n')}\n\n`);
  for (const name of options.benches) {
    note(`Measuring ${name} …`);
    const section = renderTable(await runNamed(name, { options, parts }));
    process.stdout.write(`${section}\n`);
    sections.push(`\n${section}`);
  }
  if (options.markdownFile !== undefined) await writeFile(options.markdownFile, sections.join('\n'));
}

/** What the benches stand on; each is started when a bench first needs it. */
interface Parts {
  paths: () => Promise<Paths>;
  stores: () => Promise<readonly SeededStore[]>;
  loadedSystems: () => Promise<readonly PathUnderTest[]>;
}

interface Paths {
  direct: PathUnderTest;
  bareChain: PathUnderTest;
  systems: readonly { path: PathUnderTest; backends: BackendName }[];
}

interface StartContext {
  options: BenchOptions;
  resources: AsyncDisposableStack;
  note: (text: string) => void;
}

function once<Value>(start: () => Promise<Value>): () => Promise<Value> {
  let started: Promise<Value> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}

async function startStores({ options, resources, note }: StartContext): Promise<readonly SeededStore[]> {
  note('Filling a small store and a large one …');
  const accountCounts = [smallStoreAccountCount, options.accountCount];
  return resources.use(await startSeededStores({ accountCounts, note })).stores;
}

async function startPaths({ options, resources, note }: StartContext): Promise<Paths> {
  note('Starting the model server, the bare chain and the system …');
  const { seconds, streamCounts, profileDir } = options;
  const paced = streamCounts.map((streamCount) => streamsModel({ streamCount, seconds }));
  const modelServer = resources.use(await startModelServer([...Object.values(models), ...paced]));
  const modelServerUrl = modelServer.ready;
  const bareChain = resources.use(await startBareChain(modelServerUrl));
  const systems: { path: PathUnderTest; backends: BackendName }[] = [];
  for (const backends of listBackends({ options, note })) {
    const system = await startSystem({ backends, modelServerUrl, defaultModel: models.short, profileDir });
    systems.push({ path: resources.use(system), backends });
  }
  return { direct: directPath(modelServerUrl), bareChain, systems };
}

async function startLoadedSystems({ options, resources, note }: StartContext): Promise<readonly PathUnderTest[]> {
  note('Starting the system with a gateway that takes few replies …');
  const { profileDir } = options;
  const { ready: modelServerUrl } = resources.use(await startModelServer([overloadModel]));
  const systems: PathUnderTest[] = [];
  for (const backends of listBackends({ options, note })) {
    const common = { backends, modelServerUrl, defaultModel: overloadModel, profileDir };
    systems.push(resources.use(await startSystem({ ...common, env: overloadEnv })));
  }
  return systems;
}

/** Those that were asked for and can be started here. */
function listBackends({ options, note }: Pick<StartContext, 'options' | 'note'>): readonly BackendName[] {
  if (!options.backends.includes('real') || findOnPath(['redis-server', 'valkey-server']) !== undefined)
    return options.backends;
  note('No redis-server is on PATH: the system on real parts is not measured.');
  return options.backends.filter((backends) => backends !== 'real');
}

async function runNamed(name: BenchName, { options, parts }: { options: BenchOptions; parts: Parts }): Promise<Table> {
  const { turns, warmUpTurns, pauseMs, streamCounts, seconds, requestCount } = options;
  switch (name) {
    case 'first-token':
      return benchFirstToken({ ...(await parts.paths()), turns, warmUpTurns, pauseMs });
    case 'throughput':
      return benchThroughput(compared(await parts.paths()));
    case 'streams':
      return benchStreams({ paths: compared(await parts.paths()), streamCounts, seconds });
    case 'bytes':
      return benchBytes(compared(await parts.paths()));
    case 'idle':
      return benchIdle({ paths: compared(await parts.paths()), connectionCount: options.connectionCount });
    case 'login-flood':
      return benchLoginFlood({
        systems: (await parts.paths()).systems.map(({ path }) => path),
        streamCounts,
        seconds,
      });
    case 'overload':
      return benchOverload({ systems: await parts.loadedSystems(), seconds });
    case 'store':
      return benchStore({ stores: await parts.stores(), requestCount });
    case 'search':
      return benchSearch({ stores: await parts.stores(), requestCount });
    default:
      return name satisfies never;
  }
}

function compared({ bareChain, systems }: Paths): PathUnderTest[] {
  return [bareChain, ...systems.map(({ path }) => path)];
}
