import type { PathUnderTest } from './path-under-test.ts';
import { repeatSteadily } from './repeat-steadily.ts';
import { summarize } from './statistics.ts';
import { measureStreams } from './streams.ts';
import { type Credentials, registerUser, signIn } from './system/register-user.ts';
import { formatCount, formatMs, formatRatio, type Table } from './table.ts';

const signInsPerSecond = 50;
/** So many that no account has more sign-ins under way than its guard lets through. */
const accountCount = 100;
const registrationsAtOnce = 2;
/** Over a limit, or too many or for too long in line for a hash. No sign-in may wait until the gateway gives up: 504 ends the bench. */
const refusals = new Set([429, 503]);
/** What the flood may cost a stream: the bar of the streams bench. */
const lagMaxMs = 100;

export interface LoginFloodInput {
  systems: readonly PathUnderTest[];
  streamCounts: readonly number[];
  seconds: number;
}

/** Streams while nobody signs in, and the same while many do. */
export async function benchLoginFlood({ systems, streamCounts, seconds }: LoginFloodInput): Promise<Table> {
  const rows: string[][] = [];
  for (const path of systems) {
    for (const streamCount of streamCounts) {
      const quiet = await measureStreams({ path, streamCount, seconds });
      const accounts = await registerAccounts(path.url ?? '');
      const flood = createFlood(path.url ?? '', accounts);
      const flooded = await measureStreams({ path, streamCount, seconds, onConnected: flood.start }).finally(
        flood.stop,
      );
      const { refused, durationsMs } = await flood.result();
      const { p50, p99 } = summarize(durationsMs);
      rows.push([
        path.name,
        formatCount(streamCount),
        formatMs(quiet.lag.p99),
        formatMs(flooded.lag.p99),
        formatRatio(flooded.lag.p99, quiet.lag.p99),
        formatCount(durationsMs.length),
        formatCount(refused),
        formatMs(p50),
        formatMs(p99),
        flooded.lag.p99 <= lagMaxMs ? 'yes' : 'NO',
      ]);
    }
  }
  return {
    title: 'Login flood',
    notes: [
      `Replies at 20 tokens a second, measured for ${seconds} s, first in peace and then under ${signInsPerSecond} sign-ins a second with the right password.`,
      `Sign-ins beyond what the hashing admits are refused with 429 or 503. Held: the lag's p99 stays within ${lagMaxMs} ms.`,
    ],
    header: [
      '',
      'streams',
      'lag p99 in peace, ms',
      'in the flood',
      '×',
      'signed in',
      'refused',
      'sign-in p50, ms',
      'p99',
      'held',
    ],
    rows,
  };
}

async function registerAccounts(gatewayUrl: string): Promise<Credentials[]> {
  const accounts: Credentials[] = [];
  while (accounts.length < accountCount) {
    const batch = Array.from({ length: registrationsAtOnce }, () => registerUser(gatewayUrl));
    accounts.push(...(await Promise.all(batch)).map(({ credentials }) => credentials));
  }
  return accounts;
}

/** Signs in at a steady rate, one account after the other, whatever becomes of the sign-ins before. */
function createFlood(gatewayUrl: string, accounts: readonly Credentials[]) {
  const stopping = new AbortController();
  const durationsMs: number[] = [];
  let refused = 0;

  async function attempt(credentials: Credentials) {
    const startedAtMs = performance.now();
    const { status } = await signIn(gatewayUrl, credentials);
    if (status === 200) durationsMs.push(performance.now() - startedAtMs);
    else if (refusals.has(status)) refused += 1;
    else throw new Error(`a sign-in answered ${status}`);
  }

  function run() {
    return repeatSteadily({ perSecond: signInsPerSecond, signal: stopping.signal }, (count) => {
      const credentials = accounts[count % accounts.length];
      if (credentials === undefined) throw new Error('there are no accounts to sign in to');
      return attempt(credentials);
    });
  }

  let running: Promise<void> = Promise.resolve();
  return {
    start() {
      running = run();
      // Reported by the result.
      running.catch(() => undefined);
    },
    stop: () => stopping.abort(),
    async result() {
      await running;
      return { refused, durationsMs };
    },
  };
}
