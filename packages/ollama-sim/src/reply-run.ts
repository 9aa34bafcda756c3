import type { ReplyPlan } from './models/model.ts';
import type { ReplySink } from './reply-sink.ts';
import type { DoneReason } from './reply-text.ts';
import { type Ticker, TickTask } from './ticker.ts';

// What one reply may send before the others get their turn; also about what a socket takes in one write.
const TOKENS_PER_TURN_MAX = 256;

/** How a run ended: with its last token, or by a fault. One that hangs never ends. */
export type RunEnd = DoneReason | 'fault';

export interface ReplyRunDeps {
  readonly ticker: Ticker;
  readonly sink: ReplySink;
  /** Told of every batch, before it is written. */
  readonly onTokens: (count: number) => void;
  /** Told once, unless the run is stopped or hangs. */
  readonly onEnd: (end: RunEnd) => void;
}

/** Sends the tokens of one reply at its rate, as far as its gate lets it, and lets its fault strike. */
export class ReplyRun {
  readonly #deps: ReplyRunDeps;
  readonly #tokens: Iterator<string, DoneReason>;
  readonly #plan: ReplyPlan;
  readonly #faultAfter: number;
  readonly #task = new TickTask(() => this.#step());
  #gateAfter: number;
  #sentCount = 0;
  #firstTokenMs = 0;
  #isBlocked = false;
  #atGateSinceMs: number | undefined;
  #isOver = false;

  constructor(deps: ReplyRunDeps, input: { readonly plan: ReplyPlan; readonly tokens: Iterator<string, DoneReason> }) {
    this.#deps = deps;
    this.#plan = input.plan;
    this.#tokens = input.tokens;
    this.#gateAfter = input.plan.gateAfterTokens;
    const fault = input.plan.fault;
    this.#faultAfter = fault === undefined || fault.kind === 'status' ? Number.POSITIVE_INFINITY : fault.afterTokens;
  }

  start(): void {
    this.#firstTokenMs = performance.now() + this.#plan.firstTokenDelayMs;
    if (this.#plan.firstTokenDelayMs > 0) {
      this.#deps.ticker.schedule(this.#task, this.#firstTokenMs);
    } else {
      this.#step();
    }
  }

  /** Lets so many tokens more past the gate; Infinity opens it for good. Returns whether there is a gate to pass. */
  release(tokenCount: number): boolean {
    if (this.#isOver || this.#gateAfter === Number.POSITIVE_INFINITY) {
      return false;
    }
    this.#gateAfter += tokenCount;
    if (this.#atGateSinceMs !== undefined) {
      this.#skipTimeSince(this.#atGateSinceMs);
      this.#atGateSinceMs = undefined;
      this.#deps.ticker.soon(() => this.#step());
    }
    return true;
  }

  /** Stops at once and tells nobody. */
  stop(): void {
    this.#isOver = true;
    this.#deps.ticker.cancel(this.#task);
  }

  #step(): void {
    if (this.#isOver || this.#isBlocked || performance.now() < this.#firstTokenMs) {
      return;
    }
    const limit = Math.min(this.#dueCount(), this.#gateAfter, this.#faultAfter, this.#sentCount + TOKENS_PER_TURN_MAX);
    const { batch, reason } = this.#take(limit - this.#sentCount);
    const mayContinue = batch.length === 0 || this.#send(batch);
    if (reason !== undefined) {
      this.#end(reason);
    } else if (this.#sentCount >= this.#faultAfter) {
      this.#strike();
    } else if (!mayContinue) {
      this.#waitForDrain();
    } else if (this.#sentCount >= this.#gateAfter) {
      this.#atGateSinceMs = performance.now();
    } else {
      this.#scheduleNext();
    }
  }

  /** How many tokens should have been sent by now; by the clock, so that late ticks do not add up. */
  #dueCount(): number {
    const rate = this.#plan.ratePerSecond;
    const elapsedMs = performance.now() - this.#firstTokenMs;
    return rate === 0 ? Number.POSITIVE_INFINITY : 1 + Math.floor((elapsedMs * rate) / 1000);
  }

  #take(count: number): { batch: string[]; reason?: DoneReason } {
    const batch: string[] = [];
    while (batch.length < count) {
      const next = this.#tokens.next();
      if (next.done) {
        return { batch, reason: next.value };
      }
      batch.push(next.value);
    }
    return { batch };
  }

  #send(batch: readonly string[]): boolean {
    this.#sentCount += batch.length;
    this.#deps.onTokens(batch.length);
    return this.#deps.sink.push(batch);
  }

  #scheduleNext(): void {
    if (this.#plan.ratePerSecond === 0) {
      this.#deps.ticker.soon(() => this.#step());
    } else {
      this.#deps.ticker.schedule(this.#task, this.#firstTokenMs + (this.#sentCount * 1000) / this.#plan.ratePerSecond);
    }
  }

  /** A reader that does not keep up holds the model up, as with Ollama. */
  #waitForDrain(): void {
    const blockedSinceMs = performance.now();
    this.#isBlocked = true;
    this.#deps.sink.onDrain(() => {
      this.#isBlocked = false;
      this.#skipTimeSince(blockedSinceMs);
      this.#step();
    });
  }

  /** Time spent waiting for others is not caught up on. */
  #skipTimeSince(sinceMs: number): void {
    this.#firstTokenMs += performance.now() - sinceMs;
  }

  #strike(): void {
    switch (this.#plan.fault?.kind) {
      case 'reset':
        this.#deps.sink.reset();
        break;
      case 'close':
        this.#deps.sink.cut();
        break;
      case 'error':
        this.#deps.sink.fail('llama runner process no longer running: 1');
        break;
      default:
        // A hang: nothing is scheduled, and the connection stays open.
        return;
    }
    this.#end('fault');
  }

  #end(end: RunEnd): void {
    this.stop();
    this.#deps.onEnd(end);
  }
}
