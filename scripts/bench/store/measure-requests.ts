import { summarize } from '../statistics.ts';
import { formatMs, formatRatio, type Table } from '../table.ts';
import type { SeededStore, StoredAccount } from './seeded-store.ts';

/** Something that a client asks for, and how long it may take in the slowest of a hundred cases. */
export interface StoreRequest {
  name: string;
  /** Throws when the answer is not what it should be: a store that finds nothing is fast. */
  send(store: SeededStore, account: StoredAccount): Promise<void>;
}

export interface StoreBenchInput {
  stores: readonly SeededStore[];
  /** For each row, one at a time, and as many again several at once. */
  requestCount: number;
}

const workerCount = 10;
/** p99 of one request at a time, and of several at once. */
const targetsMs = { alone: 5, together: 15 };

/** A table of requests, each on every store; the first store is what the others are compared with. */
export async function measureRequests(
  { stores, requestCount }: StoreBenchInput,
  { title, requests }: { title: string; requests: readonly StoreRequest[] },
): Promise<Table> {
  const rows: string[][] = [];
  for (const request of requests) {
    let smallest: number | undefined;
    for (const store of stores) {
      const { alone, together, pages } = await measure({ store, request, requestCount });
      const isFast = alone.p99 <= targetsMs.alone && together.p99 <= targetsMs.together;
      rows.push([
        `${request.name}, ${store.name}`,
        pages.toFixed(0),
        formatMs(alone.p50),
        formatMs(alone.p99),
        formatRatio(alone.p50, smallest),
        formatMs(together.p50),
        formatMs(together.p99),
        isFast ? 'pass' : 'FAIL',
      ]);
      smallest ??= alone.p50;
    }
  }
  return {
    title,
    notes: [
      `${requestCount} requests of up to 300 accounts at chat-service, over gRPC, one at a time and ${workerCount} at once; each account has 1,000 messages in 20 conversations. Milliseconds.`,
      'Pages: what Postgres read for one request, in pages of 8 kB, from memory or the disk; it does not depend on the machine. ×: p50 beside the smaller store.',
      `Goal: p99 ≤ ${targetsMs.alone} ms alone and ≤ ${targetsMs.together} ms with ${workerCount} at once.`,
    ],
    header: ['', 'pages', 'p50', 'p99', '×', `${workerCount} at once: p50`, 'p99', 'goal'],
    rows,
  };
}

async function measure(run: { store: SeededStore; request: StoreRequest; requestCount: number }) {
  const { store, requestCount } = run;
  // Prepared statements, plans and code that runs for the first time; and the pages that both ways of asking find in memory.
  await repeat({ ...run, workers: workerCount });
  const pagesBefore = await store.countPages();
  const alone = summarize(await repeat({ ...run, workers: 1 }));
  const pages = ((await store.countPages()) - pagesBefore) / requestCount;
  const together = summarize(await repeat({ ...run, workers: workerCount }));
  return { alone, together, pages };
}

/** Sends the requests, for one account after the other, and returns how long each took. */
async function repeat(run: {
  store: SeededStore;
  request: StoreRequest;
  requestCount: number;
  workers: number;
}): Promise<number[]> {
  const { store, request, requestCount, workers } = run;
  const durationsMs: number[] = [];
  let nextIndex = 0;
  async function work() {
    while (nextIndex < requestCount) {
      const account = store.accounts[nextIndex++ % store.accounts.length];
      if (account === undefined) throw new Error('the store has no accounts');
      const startedAtMs = performance.now();
      await request.send(store, account);
      durationsMs.push(performance.now() - startedAtMs);
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  return durationsMs;
}
