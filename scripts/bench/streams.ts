import { setTimeout as delay } from 'node:timers/promises';
import { countTokens } from './count-tokens.ts';
import { countCpu, cpuParts } from './cpu-shares.ts';
import { pacedModel } from './model-server.ts';
import type { Connection, PathUnderTest, TurnResult } from './path-under-test.ts';
import { summarize } from './statistics.ts';
import { formatCount, formatMs, formatPercent, formatRatio, type Table } from './table.ts';

const ratePerSecond = 20;
const intervalMs = 1_000 / ratePerSecond;
/** Slowly: what is measured is how many run, not how many begin. */
const startsPerSecond = 25;
/** What beginning has left behind is caught up with before the measurement. */
const settlingMs = 3_000;
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
      const { deliveredPerSecond, lag, firstText, failedCount, cpu } = await measureStreams({
        path,
        streamCount,
        seconds,
      });
      base ??= lag.p99;
      const offered = streamCount * ratePerSecond;
      const isHeld = failedCount === 0 && deliveredPerSecond >= offered * deliveredShareMin && lag.p99 <= lagMaxMs;
      rows.push([
        path.name,
        formatCount(streamCount),
        formatCount(offered),
        formatCount(deliveredPerSecond),
        formatCount(failedCount),
        formatMs(firstText.p50),
        formatMs(lag.p50),
        formatMs(lag.p99),
        formatRatio(lag.p99, base),
        isHeld ? 'yes' : 'NO',
        ...(cpu ?? cpuParts.map(() => Number.NaN)).map(formatPercent),
      ]);
    }
  }
  return {
    title: 'Concurrent streams',
    notes: [
      `Replies at ${ratePerSecond} tokens a second, each of a user and on a connection of its own, measured for ${seconds} s once all run.`,
      'Lag is how much later a token arrives than at the pace of the model, counted from the most punctual token of its reply; what is lost before the first one is in the first text.',
      `A load is held when at least ${deliveredShareMin * 100} % of the offered tokens arrive and the lag's p99 is at most ${lagMaxMs} ms.`,
      'The last columns are what each part takes of one core meanwhile, in percent; chat-service, Postgres and Redis rest while the bare chain runs.',
    ],
    header: [
      '',
      'streams',
      'offered/s',
      'delivered/s',
      'failed',
      'first text p50, ms',
      'lag p50, ms',
      'p99',
      '× bare chain',
      'held',
      ...cpuParts,
    ],
    rows,
  };
}

function rampMs(streamCount: number): number {
  return (streamCount / startsPerSecond) * 1_000;
}

/** So many that the reply that begins first still runs when the measurement ends. */
function tokensOf({ streamCount, seconds }: { streamCount: number; seconds: number }): number {
  return Math.ceil(((rampMs(streamCount) + settlingMs) / 1_000 + seconds + 1) * ratePerSecond);
}

/** Runs replies at once on one path and measures them, with the model of streamsModel. */
export async function measureStreams(load: {
  path: PathUnderTest;
  streamCount: number;
  seconds: number;
  /** Called when everybody is connected, before the first message. */
  onConnected?: () => void;
}) {
  const { path, streamCount, seconds, onConnected } = load;
  using disposables = new DisposableStack();
  const connections = await openConnections({ path, streamCount, disposables });
  onConnected?.();
  const windowStartMs = performance.now() + rampMs(streamCount) + settlingMs;
  const recorder = new LagRecorder({ fromMs: windowStartMs, toMs: windowStartMs + seconds * 1_000 });
  const measuringCpu = measureCpu(recorder.window);
  const turns: Promise<TurnResult>[] = [];
  const tokens = tokensOf(load);
  const model = streamsModel(load);
  for (const connection of connections) {
    const turn = connection.runTurn({ model, tokensMax: tokens, onText: recorder.startStream() });
    // Counted with the others at the end.
    turn.catch(() => undefined);
    turns.push(turn);
    await delay(rampMs(streamCount) / streamCount);
  }
  const results = await Promise.allSettled(turns);
  const completed = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const lagsMs = recorder.listLagsMs();
  return {
    deliveredPerSecond: lagsMs.length / seconds,
    lag: summarize(lagsMs),
    firstText: summarize(completed.map(({ sentAtMs, firstTextAtMs }) => firstTextAtMs - sentAtMs)),
    failedCount: results.length - completed.length,
    cpu: await measuringCpu,
  };
}

async function measureCpu({ fromMs, toMs }: Window) {
  await delay(fromMs - performance.now());
  const counting = countCpu();
  await delay(toMs - performance.now());
  return counting.end();
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

/** A time to measure in, by performance.now(). */
interface Window {
  fromMs: number;
  toMs: number;
}

/** Notes how late each token arrives, as long as the window is open. */
class LagRecorder {
  readonly window: Window;
  readonly #streams: { offsetsMs: number[]; offsetMinMs: number }[] = [];

  constructor(window: Window) {
    this.window = window;
  }

  /** The lags of all tokens of the window. */
  listLagsMs(): number[] {
    return this.#streams.flatMap(({ offsetsMs, offsetMinMs }) => offsetsMs.map((ms) => ms - offsetMinMs));
  }

  /** Takes the pieces of one reply, which is asked for now. */
  startStream(): (text: string) => void {
    const stream = { offsetsMs: [] as number[], offsetMinMs: Number.POSITIVE_INFINITY };
    this.#streams.push(stream);
    let received = 0;
    return (text) => {
      const nowMs = performance.now();
      const isCounted = nowMs >= this.window.fromMs && nowMs < this.window.toMs;
      const until = received + countTokens(text) + (received === 0 ? 1 : 0);
      for (; received < until; received += 1) {
        const offsetMs = nowMs - received * intervalMs;
        stream.offsetMinMs = Math.min(stream.offsetMinMs, offsetMs);
        if (isCounted) stream.offsetsMs.push(offsetMs);
      }
    };
  }
}
