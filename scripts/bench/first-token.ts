import { setTimeout as delay } from 'node:timers/promises';
import { models } from './model-server.ts';
import type { BackendName } from './options.ts';
import type { Connection, PathUnderTest } from './path-under-test.ts';
import { summarize } from './statistics.ts';
import { formatMs, formatRatio, type Table } from './table.ts';

/** What the system may add to the model's own time to the first token, at the median, in milliseconds. */
const targetsMs: Record<BackendName, number> = { embedded: 15, real: 5 };

/** The rows take turns in rounds of so many, so that what else the machine does meets all of them. */
const roundTurns = 20;
const tokensMax = 64;

export interface FirstTokenInput {
  direct: PathUnderTest;
  bareChain: PathUnderTest;
  systems: readonly { path: PathUnderTest; backends: BackendName }[];
  turns: number;
  warmUpTurns: number;
  /** Between two turns, for what follows a reply: storing it, a title for a new conversation. */
  pauseMs: number;
}

/** Where the turns of a row go: the system may have to make a conversation, or to read one. */
type Conversations = 'new' | 'existing';

interface Row {
  name: string;
  connection: Connection;
  conversations: Conversations;
  targetMs: number | undefined;
  firstTextMs: number[];
  ackMs: number[];
}

/** Sequential turns of one user over each path: time from sending to the first text and to the ack. */
export async function benchFirstToken(input: FirstTokenInput): Promise<Table> {
  using connections = new DisposableStack();
  const open = async (path: PathUnderTest) => connections.use(await path.connect());
  const direct = makeRow({ name: input.direct.name, connection: await open(input.direct) });
  const bareChain = makeRow({ name: input.bareChain.name, connection: await open(input.bareChain) });
  const systems: Row[] = [];
  for (const { path, backends } of input.systems) {
    const shared = { connection: await open(path), targetMs: targetsMs[backends] };
    systems.push(makeRow({ ...shared, name: `${path.name}, new conversation`, conversations: 'new' }));
    systems.push(makeRow({ ...shared, name: `${path.name}, existing one`, conversations: 'existing' }));
  }
  const rows = [direct, bareChain, ...systems];
  await runInRounds(rows, { turns: input.warmUpTurns, pauseMs: input.pauseMs });
  for (const row of rows) row.firstTextMs = [];
  for (const row of rows) row.ackMs = [];
  await runInRounds(rows, input);
  return makeTable({ direct, bareChain, rows, input });
}

function makeRow(options: {
  name: string;
  connection: Connection;
  conversations?: Conversations;
  targetMs?: number;
}): Row {
  const { conversations = 'new', targetMs, ...rest } = options;
  return { ...rest, conversations, targetMs, firstTextMs: [], ackMs: [] };
}

interface Pace {
  turns: number;
  pauseMs: number;
}

async function runInRounds(rows: readonly Row[], { turns, pauseMs }: Pace): Promise<void> {
  for (let done = 0; done < turns; done += roundTurns) {
    for (const row of rows) await runRound(row, { turns: Math.min(roundTurns, turns - done), pauseMs });
  }
}

async function runRound(row: Row, { turns, pauseMs }: Pace): Promise<void> {
  const turn = { model: models.short, tokensMax };
  // An existing conversation begins with a turn that does not count, and grows by the turns of one round.
  const begun = row.conversations === 'existing' ? await row.connection.runTurn(turn) : undefined;
  for (let done = 0; done < turns; done += 1) {
    if (pauseMs > 0) await delay(pauseMs);
    const result = await row.connection.runTurn({ ...turn, conversationId: begun?.conversationId });
    row.firstTextMs.push(result.firstTextAtMs - result.sentAtMs);
    if (result.ackAtMs !== undefined) row.ackMs.push(result.ackAtMs - result.sentAtMs);
  }
}

function makeTable(context: { direct: Row; bareChain: Row; rows: readonly Row[]; input: FirstTokenInput }): Table {
  const { direct, bareChain, rows, input } = context;
  const { turns, warmUpTurns, pauseMs } = input;
  const modelMs = summarize(direct.firstTextMs).p50;
  const baseMs = summarize(bareChain.firstTextMs).p50 - modelMs;
  return {
    title: 'First token',
    notes: [
      `Milliseconds, ${turns} turns a row after ${warmUpTurns} to warm up, one at a time with ${pauseMs} ms between them, the rows taking turns every ${roundTurns}.`,
      `"Added" is the time from sending the message to the first text at the client, less the model's own (its p50, asked directly): what a row adds to the model.`,
      `"× bare chain" compares the medians of that.`,
    ],
    header: ['', 'first text p50', 'p99', 'added p50', 'p99', '× bare chain', 'ack p50', 'p99', 'target', ''],
    rows: rows.map((row) => {
      const total = summarize(row.firstTextMs);
      const ack = summarize(row.ackMs);
      const addedMs = total.p50 - modelMs;
      const isModel = row === direct;
      return [
        row.name,
        formatMs(total.p50),
        formatMs(total.p99),
        isModel ? '–' : formatMs(addedMs),
        isModel ? '–' : formatMs(total.p99 - modelMs),
        isModel ? '–' : formatRatio(addedMs, baseMs),
        formatMs(ack.p50),
        formatMs(ack.p99),
        ...judge(addedMs, row.targetMs),
      ];
    }),
  };
}

function judge(addedMs: number, targetMs: number | undefined): [target: string, verdict: string] {
  if (targetMs === undefined) return ['–', ''];
  return [`p50 ≤ ${targetMs}`, addedMs <= targetMs ? 'pass' : 'FAIL'];
}
