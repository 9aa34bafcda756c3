import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const loopback = '127.0.0.1';
/**
 * Below the ranges from which Linux (32768), macOS and Windows (49152) give ports to outgoing connections and to port 0: a busy machine would hand
 * a port from there to somebody else before it is used.
 */
const firstPort = 15_000;
const portCount = 15_000;
const attemptsMax = 100;

/**
 * A TCP port that is free on loopback, for programs that cannot choose one themselves. No process that asks here is given the same one until this
 * process ends, whether it is in use by then or not.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = firstPort + randomInt(portCount);
    if ((await claim(port)) && (await canListen(port))) return port;
    if (attempt === attemptsMax) throw new Error(`no free TCP port in ${attemptsMax} attempts`);
  }
}

/** The UDP port of the same number is nobody's need, and the system takes it back whichever way the process ends. */
async function claim(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  socket.bind({ address: loopback, port, exclusive: true });
  return succeeds(once(socket, 'listening'));
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, loopback);
  if (!(await succeeds(once(server, 'listening')))) return false;
  server.close();
  await once(server, 'close');
  return true;
}

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
