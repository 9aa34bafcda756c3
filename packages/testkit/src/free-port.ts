import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ranges from which Linux (32768), macOS and Windows (49152) give ports to outgoing connections and to port 0: a busy machine would hand
 * a port from there to somebody else before it is used.
 */
const firstPort = 15_000;
const portCount = 15_000;
const attemptsMax = 100;
/** Those that this process has given out: they may not be in use yet. */
const given = new Set<number>();

/**
 * A TCP port that was free on loopback a moment ago, for programs that cannot choose one themselves. Prefer listening on port 0
 * where that is possible: between this answer and its use this function may give the port to another process that asks.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = firstPort + randomInt(portCount);
    if (!given.has(port) && (await canListen(port))) {
      given.add(port);
      return port;
    }
    if (attempt === attemptsMax) throw new Error(`no free TCP port in ${attemptsMax} attempts`);
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
