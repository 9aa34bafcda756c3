import { countTokens } from './count-tokens.ts';
import { models } from './model-server.ts';
import type { Connection, PathUnderTest } from './path-under-test.ts';
import { percentile } from './statistics.ts';
import { formatCount, formatRatio, type Table } from './table.ts';

const streamCount = 50;
const tokensPerStream = 10_000;
const runCount = 3;

/** The bare chain comes first; the others are compared with it. */
export async function benchThroughput(paths: readonly PathUnderTest[]): Promise<Table> {
  const rates: { name: string; median: number; rates: number[] }[] = [];
  for (const path of paths) {
    const measured = await measure(path);
    rates.push({ name: path.name, median: percentile(measured, 0.5), rates: measured });
  }
  return {
    title: 'Throughput',
    notes: [
      `${streamCount} replies of ${formatCount(tokensPerStream)} tokens at once, each on a connection of its own, as fast as the model server gives them; tokens a second from the first message to the last end, ${runCount} runs.`,
      'The bare chain sends every token by itself, the system joins those that are ready at the same time.',
    ],
    header: ['', 'tokens/s, median', 'lowest', 'highest', '× bare chain'],
    rows: rates.map(({ name, median, rates: all }) => [
      name,
      formatCount(median),
      formatCount(Math.min(...all)),
      formatCount(Math.max(...all)),
      formatRatio(median, rates[0]?.median),
    ]),
  };
}

async function measure(path: PathUnderTest): Promise<number[]> {
  using disposables = new DisposableStack();
  const connections: Connection[] = [];
  for (let index = 0; index < streamCount; index += 1) connections.push(disposables.use(await path.connect()));
  await runAll(connections, models.warmUp);
  const rates: number[] = [];
  for (let run = 0; run < runCount; run += 1) {
    const { tokenCount, durationMs } = await runAll(connections, models.flatOut);
    rates.push(tokenCount / (durationMs / 1_000));
  }
  return rates;
}

async function runAll(connections: readonly Connection[], model: string) {
  let tokenCount = 0;
  const startedAtMs = performance.now();
  await Promise.all(
    connections.map((connection) =>
      connection.runTurn({
        model,
        tokensMax: tokensPerStream,
        onText: (text) => {
          tokenCount += countTokens(text);
        },
      }),
    ),
  );
  // The first token of each reply has no space before it.
  return { tokenCount: tokenCount + connections.length, durationMs: performance.now() - startedAtMs };
}
