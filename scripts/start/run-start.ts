import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../bootstrap/lock.mjs';
import { createJsonOutput, createTerminalOutput, type StartOutput } from './console-output.ts';
import { findOnPath } from './find-on-path.ts';
import { chooseOllama } from './ollama.ts';
import { parseStartOptions, type StartOptions, startHelp } from './options.ts';
import { choosePublicPort, findFreePorts } from './ports.ts';
import { ensureSecondFactorKey } from './second-factor-key.ts';
import { ensureSigningKeys } from './signing-key.ts';
import { assignPorts, countPorts, describeStack, type ExternalServers, publicUrl, type StackPlan } from './stack.ts';
import { StartError } from './start-error.ts';
import { waitForStopSignal } from './stop-signals.ts';
import { Supervisor } from './supervisor.ts';
import { waitUntilReady } from './wait-until-ready.ts';
import { watchSources } from './watch-sources.ts';
import { describeWebClientBuild, describeWebClientWatch } from './web-client-build.ts';

const defaultPort = 8080;
const readyTimeoutMs = 60_000;
const stopGraceMs = 12_000;

/** Starts the stack that the arguments describe, runs it until a signal stops it, and returns the exit code. */
export async function runStart(process: NodeJS.Process, args: readonly string[]): Promise<number> {
  try {
    const options = parseStartOptions(args);
    if (options.help) process.stdout.write(startHelp);
    else await runStack(process, options);
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function runStack(process: NodeJS.Process, options: StartOptions): Promise<void> {
  const output = options.json ? createJsonOutput(process) : createTerminalOutput(process);
  const unlock = lockDataDir(options.dataDir);
  const supervisor = createSupervisor(output);
  const stopRequested = waitForStopSignal(process, () => {
    supervisor.kill();
    process.exit(130);
  });
  try {
    await Promise.race([bringUp({ options, output, supervisor }), stopRequested]);
    await stopRequested;
    output.note('Stopping …');
  } finally {
    await supervisor.stop({ graceMs: stopGraceMs });
    unlock();
  }
}

async function bringUp(context: { options: StartOptions; output: StartOutput; supervisor: Supervisor }): Promise<void> {
  const { options, output, supervisor } = context;
  const plan = await makePlan(options);
  for (const text of explainPlan(plan, options)) output.note(text);
  const urls = plan.ports.services['api-gateway'].map((_, index) => publicUrl(plan, index));
  const steps = [...describeStack(plan), ...(options.watch ? [describeWebClientWatch()] : [])];
  const { model } = await supervisor.start(steps, (signal) =>
    waitUntilReady({ urls, timeoutMs: readyTimeoutMs, degradedForMs: degradedForMs(plan), signal }),
  );
  if (options.watch) watchSources((folder) => supervisor.restartBelow(folder));
  if (model.error !== undefined) output.note(`No model answers yet: ${model.error}`);
  output.ready({
    url: publicUrl(plan, 0),
    model: model.name,
    dataDir: options.dataDir,
    processes: supervisor.list(),
  });
}

/** A model server that was seen to answer may be slow to list its models; one that was not is not worth waiting for. */
function degradedForMs({ ollama }: StackPlan): number {
  return ollama.kind === 'real' && !ollama.answers ? 0 : 5_000;
}

function lockDataDir(dataDir: string): () => void {
  mkdirSync(join(dataDir, 'redis'), { recursive: true });
  const lock = acquireLock(join(dataDir, 'lock'));
  if (lock.acquired) return lock.release;
  throw new StartError(
    `The data folder ${dataDir} is used by a stack that runs already (pid ${lock.pid}). Stop that one, or give this one a folder of its own with --data-dir.`,
  );
}

async function makePlan(options: StartOptions): Promise<StackPlan> {
  const { host, dataDir, replicas, processEnv } = options;
  const [publicPort, freePorts, ollama] = await Promise.all([
    choosePublicPort({ host, wantedPort: options.port, defaultPort }),
    findFreePorts(countPorts(replicas)),
    chooseOllama({ givenUrl: options.ollamaUrl, environmentHost: process.env.OLLAMA_HOST }),
  ]);
  const signingKeyFile = ensureSigningKeys(dataDir);
  return {
    host,
    dataDir,
    ollama,
    external: readExternalServers(process.env),
    processEnv,
    signingKeyFile,
    secondFactorKey: ensureSecondFactorKey(dataDir),
    ports: assignPorts({ replicas, publicPort, freePorts }),
    redisProgram: findOnPath(['redis-server', 'valkey-server']),
    webClient: describeWebClientBuild(),
  };
}

function readExternalServers(env: NodeJS.ProcessEnv): ExternalServers {
  return {
    databases: {
      ...(env.USER_DATABASE_URL ? { 'user-service': env.USER_DATABASE_URL } : {}),
      ...(env.CHAT_DATABASE_URL ? { 'chat-service': env.CHAT_DATABASE_URL } : {}),
    },
    redis: env.REDIS_URL || undefined,
  };
}

function explainPlan({ ollama, external, ports, redisProgram }: StackPlan, options: StartOptions): string[] {
  const publicPort = ports.services['api-gateway'][0]?.main;
  return [
    ...(options.port === undefined && publicPort !== defaultPort
      ? [`Port ${defaultPort} is taken by another program; the page is on port ${publicPort}.`]
      : []),
    ...Object.keys(external.databases).map(
      (owner) => `The database of ${owner} is the one that the environment names.`,
    ),
    ...(external.redis === undefined ? [] : ['The Redis that REDIS_URL names is used.']),
    ...(redisProgram === undefined && external.redis === undefined
      ? ['No redis-server was found; the built-in one is used, which forgets on a stop.']
      : []),
    explainOllama(ollama),
  ];
}

function explainOllama(ollama: StackPlan['ollama']): string {
  if (ollama.kind === 'simulator') {
    return 'No Ollama answers, so a built-in demo model gives scripted replies. For real answers install Ollama (https://ollama.com), pull a model and start again.';
  }
  return ollama.answers
    ? `Ollama at ${ollama.url} answers.`
    : `Ollama at ${ollama.url} does not answer; questions will fail until it does.`;
}

function createSupervisor(output: StartOutput): Supervisor {
  return new Supervisor({
    onLine: output.log,
    onStepDone: ({ name, durationMs }) => output.note(`✓ ${name} (${(durationMs / 1_000).toFixed(1)} s)`),
    onExit: ({ name, reason, delayMs }) => {
      output.note(`${name} ended (${reason}); it is started again in ${(delayMs / 1_000).toFixed(1)} s.`);
    },
    onRestart: output.restarted,
  });
}
