import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessSpec } from './process-spec.ts';
import { spawnProgram } from './spawn-program.ts';
import { waitForReadiness } from './wait-for-readiness.ts';

const backoffFirstMs = 250;
const backoffMaxMs = 10_000;
/** A process that ran this long before it died starts again at the first delay. */
const stableAfterMs = 20_000;
const keptLineCountMax = 50;

export interface SupervisedProcessEvents {
  onLine: (line: string) => void;
  /** It ended without being asked to, for the nth time in a row, and is started again after delayMs. */
  onExit: (event: { reason: string; delayMs: number; attempts: number }) => void;
  /** It runs again, and is ready. */
  onRestart: (event: { pid: number }) => void;
}

/** One process of the stack, started again whenever it dies, until it is told to stop. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #events: SupervisedProcessEvents;
  readonly #stopping = new AbortController();
  readonly #firstReady = Promise.withResolvers<void>();
  #backoff = new AbortController();
  #child: ChildProcess | undefined;
  /** The pid of the program behind a wrapper, which outlives a wrapper that is killed. */
  #innerPid: number | undefined;
  #launches = 0;
  #attempts = 0;
  /** What a process that is quiet as long as it is well has printed last. */
  #keptLines: string[] = [];

  constructor(spec: ProcessSpec, events: SupervisedProcessEvents) {
    this.spec = spec;
    this.#events = events;
    // Nobody may be waiting any more when it is stopped.
    this.#firstReady.promise.catch(() => {});
  }

  /** The pid of the program itself; undefined while none runs. */
  get pid(): number | undefined {
    return this.#innerPid ?? this.#child?.pid;
  }

  /** Starts it. Resolves when it is ready for the first time, however often it had to be started; rejects when stopped. */
  start(): Promise<void> {
    this.#launch();
    return this.#firstReady.promise;
  }

  /** Ends it, so that it is started again at once; one that waits for its next start is started now. */
  restart(): void {
    this.#attempts = 0;
    this.#child?.kill('SIGTERM');
    this.#backoff.abort();
  }

  /** Asks it to end; kills it after graceMs. Resolves when it is gone. */
  async stop(options: { graceMs: number }): Promise<void> {
    this.#giveUp();
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'close');
    child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), options.graceMs);
    await gone;
    clearTimeout(timer);
  }

  /** Ends it at once and for good. */
  kill(): void {
    this.#giveUp();
    this.#killInner();
    this.#child?.kill('SIGKILL');
  }

  #giveUp(): void {
    this.#stopping.abort();
    this.#firstReady.reject(new Error(`${this.spec.name} was stopped`));
  }

  #launch(): void {
    const startedAtMs = performance.now();
    const child = spawnProgram(this.spec, (line) => this.#onLine(line));
    const ended = new AbortController();
    this.#child = child;
    this.#launches += 1;
    this.#attempts += 1;
    child.on('message', (message) => this.#onMessage(message));
    child.once('close', (code, signal) => {
      ended.abort();
      this.#killInner();
      this.#child = undefined;
      if (performance.now() - startedAtMs > stableAfterMs) this.#attempts = 0;
      void this.#relaunch(signal ?? `exit code ${code}`);
    });
    const { readiness } = this.spec;
    if (readiness.by === 'message') return;
    void waitForReadiness(readiness, ended.signal).then((isReady) => isReady && this.#onReady());
  }

  async #relaunch(reason: string): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    for (const line of this.#keptLines.splice(0)) this.#events.onLine(line);
    const delayMs = this.#attempts === 0 ? 0 : Math.min(backoffFirstMs * 2 ** (this.#attempts - 1), backoffMaxMs);
    this.#events.onExit({ reason, delayMs, attempts: this.#attempts });
    this.#backoff = new AbortController();
    await delay(delayMs, undefined, { signal: AbortSignal.any([signal, this.#backoff.signal]) }).catch(() => {});
    if (!signal.aborted) this.#launch();
  }

  #onMessage(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('pid' in message && typeof message.pid === 'number') this.#innerPid = message.pid;
    if ('ready' in message && this.spec.readiness.by === 'message') this.#onReady();
  }

  #onReady(): void {
    this.#firstReady.resolve();
    if (this.#launches > 1 && this.pid !== undefined) this.#events.onRestart({ pid: this.pid });
  }

  #onLine(line: string): void {
    if (this.spec.output === 'streamed') this.#events.onLine(line);
    else this.#keptLines = [...this.#keptLines, line].slice(-keptLineCountMax);
  }

  #killInner(): void {
    if (this.#innerPid === undefined) return;
    try {
      process.kill(this.#innerPid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
    this.#innerPid = undefined;
  }
}
