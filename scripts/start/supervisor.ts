import { join, sep } from 'node:path';
import { type ProcessSpec, type Step, tiers } from './process-spec.ts';
import { runTask } from './run-task.ts';
import { StartError } from './start-error.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** A process that dies this often before the stack is up will not get better by itself. */
const startAttemptsMax = 4;

export interface RunningProcess {
  name: string;
  pid: number;
  url?: string;
  metricsUrl?: string;
}

export interface SupervisorEvents {
  /** A process or task printed a line. */
  onLine: (event: { name: string; line: string }) => void;
  /** A step of the start is done: a process is ready, a task has ended. */
  onStepDone: (event: { name: string; durationMs: number }) => void;
  /** A process ended unasked and is started again after delayMs. */
  onExit: (event: { name: string; reason: string; delayMs: number }) => void;
  onRestart: (process: RunningProcess) => void;
}

/** Starts the steps of a stack in the order of their needs, keeps the processes running, and stops them tier by tier. */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #aborted = new AbortController();
  readonly #failure = Promise.withResolvers<never>();
  #isUp = false;

  constructor(events: SupervisorEvents) {
    this.#events = events;
    // Nobody may be waiting when it fails.
    this.#failure.promise.catch(() => {});
  }

  /**
   * Runs every step as soon as those it needs are done, then waits for what waitUntilReady resolves to. Rejects with StartError when a task fails or a
   * process keeps dying; what was started then still runs and wants to be stopped.
   */
  async start<Result>(
    steps: readonly Step[],
    waitUntilReady: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const done = new Map<string, Promise<void>>();
    for (const step of sortByNeeds(steps)) {
      const needs = step.needs.map((name) => done.get(name));
      const promise = Promise.all(needs).then(() => this.#run(step));
      promise.catch(() => {});
      done.set(step.name, promise);
    }
    await Promise.race([Promise.all(done.values()), this.#failure.promise]);
    const result = await Promise.race([waitUntilReady(this.#aborted.signal), this.#failure.promise]);
    this.#isUp = true;
    return result;
  }

  /** The processes that run now, in the order of their start. */
  list(): RunningProcess[] {
    return [...this.#processes.values()].flatMap(({ spec, pid }) => (pid === undefined ? [] : [describe(spec, pid)]));
  }

  /** Starts again the processes whose script is below a folder. */
  restartBelow(folder: string): void {
    for (const member of this.#processes.values()) {
      if (member.spec.script.startsWith(join(folder, sep))) member.restart();
    }
  }

  /** Stops everything, tier by tier; a process that takes longer than graceMs is killed. */
  async stop(options: { graceMs: number }): Promise<void> {
    this.#aborted.abort();
    for (const tier of tiers) {
      const members = [...this.#processes.values()].filter(({ spec }) => spec.tier === tier);
      await Promise.all(members.map((member) => member.stop(options)));
    }
  }

  /** Ends everything at once. */
  kill(): void {
    this.#aborted.abort();
    for (const member of this.#processes.values()) member.kill();
  }

  async #run(step: Step): Promise<void> {
    if (this.#aborted.signal.aborted) throw new StartError('Stopped while starting.');
    const startedAtMs = performance.now();
    const onLine = (line: string) => this.#events.onLine({ name: step.name, line });
    switch (step.kind) {
      case 'process':
        await this.#startProcess(step, onLine);
        break;
      case 'task':
        if (step.program === undefined) return;
        await runTask({ name: step.name, program: step.program, onLine, signal: this.#aborted.signal });
        step.onDone?.();
        break;
      default:
        step satisfies never;
    }
    // What is not waited for is not done yet: saying that it was started would only look like news.
    if (step.kind === 'process' && step.readiness.by === 'spawn') return;
    this.#events.onStepDone({ name: step.name, durationMs: performance.now() - startedAtMs });
  }

  async #startProcess(spec: ProcessSpec, onLine: (line: string) => void): Promise<void> {
    const member = new SupervisedProcess(spec, {
      onLine,
      onExit: ({ reason, delayMs, attempts }) => {
        this.#events.onExit({ name: spec.name, reason, delayMs });
        if (this.#isUp || attempts < startAttemptsMax) return;
        this.#failure.reject(
          new StartError(
            `${spec.name} ended ${attempts} times (${reason}) before everything was ready; see its output above.`,
          ),
        );
      },
      onRestart: ({ pid }) => this.#events.onRestart(describe(spec, pid)),
    });
    this.#processes.set(spec.name, member);
    await member.start();
  }
}

function describe({ name, url, metricsUrl }: ProcessSpec, pid: number): RunningProcess {
  return { name, pid, ...(url === undefined ? {} : { url }), ...(metricsUrl === undefined ? {} : { metricsUrl }) };
}

function sortByNeeds(steps: readonly Step[]): Step[] {
  const sorted: Step[] = [];
  const names = new Set<string>();
  let waiting = [...steps];
  while (waiting.length > 0) {
    const next = waiting.filter((step) => step.needs.every((name) => names.has(name)));
    if (next.length === 0) throw new Error(`needs that nothing meets: ${waiting.map(({ name }) => name).join(', ')}`);
    for (const step of next) names.add(step.name);
    sorted.push(...next);
    waiting = waiting.filter((step) => !names.has(step.name));
  }
  return sorted;
}
