import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { pacedModel } from './model-server.ts';
import type { PathUnderTest } from './path-under-test.ts';
import { repeatSteadily } from './repeat-steadily.ts';
import { summarize } from './statistics.ts';
import { registerUser } from './system/register-user.ts';
import { formatCount, formatMs, formatRatio, type Table } from './table.ts';

/** A reply of a second. */
export const overloadModel = pacedModel({ tokens: 20, ratePerSecond: 20 });
/** What the replica writes at once, and so about how many it can admit in a second. */
const repliesMax = 20;
/** For the environment of the system that is measured. */
export const overloadEnv = { REPLIES_MAX: String(repliesMax) };
/** Of what can be admitted. */
const shares = { peace: 0.5, overload: 10 };
const userCount = 10;
const lookEveryMs = 250;
const bytesPerMib = 2 ** 20;

export interface OverloadInput {
  systems: readonly PathUnderTest[];
  seconds: number;
}

/** Messages that one replica can take, and the same among ten times as many as it can. */
export async function benchOverload({ systems, seconds }: OverloadInput): Promise<Table> {
  const rows: string[][] = [];
  for (const { name, url = '', metricsUrl = '' } of systems) {
    const tokens = await Promise.all(
      Array.from({ length: userCount }, async () => (await registerUser(url)).accessToken),
    );
    const measure = (share: number) =>
      measureSends({ url, metricsUrl, tokens, perSecond: share * repliesMax, seconds });
    // The first messages of a process are slow.
    await measure(shares.peace);
    const peace = await measure(shares.peace);
    for (const sends of [peace, await measure(shares.overload)]) {
      const admitted = summarize(sends.admittedMs);
      const refused = summarize(sends.refusedMs);
      rows.push([
        name,
        formatCount(sends.perSecond),
        formatCount(sends.admittedMs.length),
        formatCount(sends.refusedMs.length),
        formatMs(admitted.p50),
        formatMs(admitted.p99),
        formatRatio(admitted.p99, summarize(peace.admittedMs).p99),
        formatMs(refused.p50),
        formatMs(refused.p99),
        formatCount(sends.runningMax),
        formatCount(sends.memoryMaxBytes / bytesPerMib),
      ]);
    }
  }
  return {
    title: 'Overload',
    notes: [
      `New conversations begun over REST for ${seconds} s, by ${userCount} people, at one gateway that writes at most ${repliesMax} replies at once (\`REPLIES_MAX\`), each of a second: first half of what it can admit, then ten times as much.`,
      'Admitted: from the request to the 202, when the message is stored. Refused: 503 with Retry-After. Running: the most replies that the gateway had on its hands; what does not run is refused, nothing waits. Memory: of the gateway, resident, at most.',
    ],
    header: [
      '',
      'offered/s',
      'admitted',
      'refused',
      'admitted p50, ms',
      'p99',
      '× in peace',
      'refused p50, ms',
      'p99',
      'running',
      'memory, MiB',
    ],
    rows,
  };
}

interface Sends {
  perSecond: number;
  admittedMs: number[];
  refusedMs: number[];
  runningMax: number;
  memoryMaxBytes: number;
}

async function measureSends(load: {
  url: string;
  metricsUrl: string;
  tokens: readonly string[];
  perSecond: number;
  seconds: number;
}): Promise<Sends> {
  const { url, metricsUrl, tokens, perSecond, seconds } = load;
  const sends: Sends = { perSecond, admittedMs: [], refusedMs: [], runningMax: 0, memoryMaxBytes: 0 };
  const sending = repeatSteadily({ perSecond, signal: AbortSignal.timeout(seconds * 1_000) }, async (count) => {
    const startedAtMs = performance.now();
    const { status, retryAfter } = await send(url, tokens[count % tokens.length] ?? '');
    const durationMs = performance.now() - startedAtMs;
    if (status === 202) sends.admittedMs.push(durationMs);
    else if (status === 503 && retryAfter) sends.refusedMs.push(durationMs);
    else throw new Error(`a message was answered ${status}`);
  });
  let isOver = false;
  const over = sending.finally(() => {
    isOver = true;
  });
  // Its failure is reported below.
  over.catch(() => undefined);
  while (!isOver) {
    const metrics = await (await fetch(metricsUrl)).text();
    sends.runningMax = Math.max(sends.runningMax, sampleOf(metrics, 'generation_active'));
    sends.memoryMaxBytes = Math.max(sends.memoryMaxBytes, sampleOf(metrics, 'process_resident_memory_bytes'));
    await delay(lookEveryMs);
  }
  await over;
  await idle(metricsUrl);
  return sends;
}

async function send(url: string, accessToken: string) {
  const response = await fetch(`${url}/api/v1/conversations/new/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ clientMessageId: randomUUID(), content: 'How does it work?' }),
  });
  await response.arrayBuffer();
  return { status: response.status, retryAfter: response.headers.has('retry-after') };
}

/** Waits until no reply of before is left. */
async function idle(metricsUrl: string): Promise<void> {
  while (sampleOf(await (await fetch(metricsUrl)).text(), 'generation_active') > 0) await delay(lookEveryMs);
}

/** The sum over all labels. */
function sampleOf(exposed: string, name: string): number {
  return exposed
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
