import { setTimeout as delay } from 'node:timers/promises';
import { pacedModel } from './model-server.ts';
import type { Connection, PathUnderTest } from './path-under-test.ts';
import { summarize } from './statistics.ts';
import { formatCount, formatMs, formatRatio, type Table } from './table.ts';
import { countTokens } from './throughput.ts';

const ratePerSecond = 20;
const intervalMs = 1_000 / ratePerSecond;
const startsPerSecond = 100;
/** Beyond this lag at the 99th percentile, or below this share of the offered tokens, a load is not held. */
const lagMaxMs = 100;
const deliveredShareMin = 0.99;
/** Accounts made at once: the password hashes are what takes the time. */
const registrationsAtOnce = 8;

export interface StreamsInput {
  paths: readonly PathUnderTest[];
  streamCounts: readonly number[];
  seconds: number;
}

/** The model that the simulator needs for a load. */
export function streamsModel({ streamCount, seconds }: { streamCount: number; seconds: number }): string {
  return pacedModel({ tokens: tokensOf({ streamCount, seconds }), ratePerSecond });
}

/** The first path is the one to compare with. */
export async function benchStreams({ paths, streamCounts, seconds }: StreamsInput): Promise<Table> {
  const rows: string[][] = [];
  for (const streamCount of streamCounts) {
    let base: number | undefined;
    for (const path of paths) {
      const { deliveredPerSecond, lag } = await measure({ path, streamCount, seconds });
      base ??= lag.p99;
      const offered = streamCount * ratePerSecond;
      const isHeld = deliveredPerSecond >= offered * deliveredShareMin && lag.p99 <= lagMaxMs;
      rows.push([
        path.name,
        formatCount(streamCount),
        formatCount(offered),
        formatCount(deliveredPerSecond),
        formatMs(lag.p50),
        formatMs(lag.p99),
        formatRatio(lag.p99, base),
        isHeld ? 'yes' : 'NO',
      ]);
    }
  }
  return {
    title: 'Concurrent streams',
    notes: [
      `Replies at ${ratePerSecond} tokens a second, each of a user and on a connection of its own, measured for ${seconds} s once all run.`,
      'Lag is the time from when the model was due to give a token, counted from the sending of the message, to its arrival at the client.',
      `A load is held when at least ${deliveredShareMin * 100} % of the offered tokens arrive and the lag's p99 is at most ${lagMaxMs} ms.`,
    ],
    header: ['', 'streams', 'offered/s', 'delivered/s', 'lag p50, ms', 'p99', '× bare chain', 'held'],
    rows,
  };
}

function rampMs(streamCount: number): number {
  return (streamCount / startsPerSecond) * 1_000;
}

/** So many that the reply that begins first still runs when the measurement ends. */
function tokensOf({ streamCount, seconds }: { streamCount: number; seconds: number }): number {
  return Math.ceil((rampMs(streamCount) / 1_000 + seconds + 1) * ratePerSecond);
}

async function measure(load: { path: PathUnderTest; streamCount: number; seconds: number }) {
  const { path, streamCount, seconds } = load;
  using disposables = new DisposableStack();
  const connections = await openConnections({ path, streamCount, disposables });
  const windowStartMs = performance.now() + rampMs(streamCount) + 1_000;
  const recorder = new LagRecorder({ fromMs: windowStartMs, toMs: windowStartMs + seconds * 1_000 });
  const turns: Promise<unknown>[] = [];
  const tokens = tokensOf(load);
  const model = streamsModel(load);
  for (const connection of connections) {
    turns.push(connection.runTurn({ model, tokensMax: tokens, onText: recorder.startStream() }));
    await delay(rampMs(streamCount) / streamCount);
  }
  await Promise.all(turns);
  return { deliveredPerSecond: recorder.tokenCount / seconds, lag: summarize(recorder.lagsMs) };
}

async function openConnections(context: {
  path: PathUnderTest;
  streamCount: number;
  disposables: DisposableStack;
}): Promise<Connection[]> {
  const { path, streamCount, disposables } = context;
  const connections: Connection[] = [];
  while (connections.length < streamCount) {
    const missing = Math.min(registrationsAtOnce, streamCount - connections.length);
    const opened = await Promise.all(Array.from({ length: missing }, () => path.connect()));
    for (const connection of opened) connections.push(disposables.use(connection));
  }
  return connections;
}

/** Notes how late each token arrives, as long as the window is open. */
class LagRecorder {
  readonly lagsMs: number[] = [];
  readonly #window: { fromMs: number; toMs: number };

  constructor(window: { fromMs: number; toMs: number }) {
    this.#window = window;
  }

  get tokenCount(): number {
    return this.lagsMs.length;
  }

  /** Takes the pieces of one reply, which is asked for now. */
  startStream(): (text: string) => void {
    const startedAtMs = performance.now();
    let received = 0;
    return (text) => {
      const nowMs = performance.now();
      const count = countTokens(text) + (received === 0 ? 1 : 0);
      const isCounted = nowMs >= this.#window.fromMs && nowMs < this.#window.toMs;
      for (let index = received; isCounted && index < received + count; index += 1) {
        this.lagsMs.push(nowMs - (startedAtMs + index * intervalMs));
      }
      received += count;
    };
  }
}
