import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connectSocket } from './connect-socket.ts';
import { models } from './model-server.ts';
import type { Connection, PathUnderTest } from './path-under-test.ts';
import { registerUser } from './system/register-user.ts';
import { formatCount, formatRatio, type Table } from './table.ts';

/** What a connection that nothing happens on may cost, in bytes. */
const connectionBytesMax = 40_000;
/** Each has several devices, as people do; making more accounts would take longer than everything else. */
const accountCount = 20;
const connectionsAtOnce = 50;
/** Some seconds after the last one connected, the gateway has thrown away what connecting took. */
const settlingMs = 10_000;

export interface IdleInput {
  paths: readonly PathUnderTest[];
  connectionCount: number;
}

/** Many connections on which nothing happens, and one that still gets a reply. */
export async function benchIdle({ paths, connectionCount }: IdleInput): Promise<Table> {
  const rows: string[][] = [];
  for (const path of paths) {
    const { beforeBytes, afterBytes, connectMs, firstTextMs } = await measureIdle(path, connectionCount);
    const each = (afterBytes - beforeBytes) / connectionCount;
    rows.push([
      path.name,
      formatCount(connectionCount),
      formatCount(connectMs / 1_000),
      formatCount(beforeBytes / 1_000_000),
      formatCount(afterBytes / 1_000_000),
      formatCount(each / 1_000),
      formatRatio(each, connectionBytesMax),
      formatCount(firstTextMs),
      each <= connectionBytesMax ? 'yes' : 'NO',
    ]);
  }
  return {
    title: 'Idle connections',
    notes: [
      `Websockets of ${accountCount} accounts at one gateway, ${settlingMs / 1_000} s after the last one connected. Memory is the resident memory of its process, once before and once with all of them.`,
      `Held: at most ${formatCount(connectionBytesMax / 1_000)} kB a connection. The first text is that of a message which is sent on one of them then.`,
    ],
    header: [
      '',
      'connections',
      'connecting, s',
      'MB before',
      'MB with them',
      'kB each',
      '× goal',
      'first text, ms',
      'held',
    ],
    rows,
  };
}

async function measureIdle(path: PathUnderTest, connectionCount: number) {
  const { url, gatewayPid } = path;
  if (url === undefined || gatewayPid === undefined) throw new Error(`${path.name} has no gateway to measure`);
  using connections = new DisposableStack();
  const tokens = path.redisUrl === undefined ? [undefined] : await openSessions(url);
  // One turn first: what it loads is no connection's.
  const first = connections.use(await connectSocket({ url, token: tokens[0] }));
  await runTurn(first);
  const beforeBytes = residentBytes(gatewayPid);
  const startedAtMs = performance.now();
  for (let count = 0; count < connectionCount; ) {
    const atOnce = Math.min(connectionsAtOnce, connectionCount - count);
    const opened = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        connectSocket({ url, token: tokens[(count + index) % tokens.length] }),
      ),
    );
    for (const connection of opened) connections.use(connection);
    count += atOnce;
  }
  const connectMs = performance.now() - startedAtMs;
  await delay(settlingMs);
  const afterBytes = residentBytes(gatewayPid);
  const { sentAtMs, firstTextAtMs } = await runTurn(first);
  return { beforeBytes, afterBytes, connectMs, firstTextMs: firstTextAtMs - sentAtMs };
}

function runTurn(connection: Connection) {
  return connection.runTurn({ model: models.short, tokensMax: 8 });
}

async function openSessions(url: string): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < accountCount) tokens.push((await registerUser(url)).accessToken);
  return tokens;
}

/** Throws where the system does not tell: only Linux has /proc. */
function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`process ${pid} says nothing of its memory`);
  return Number(found) * 1_024;
}
