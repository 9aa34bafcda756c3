import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP port that was free on loopback a moment ago, for programs that cannot choose one themselves. Prefer listening on port 0
 * where that is possible: between this answer and its use somebody else may take the port.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
