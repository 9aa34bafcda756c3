import { createServer, type Server } from 'node:net';
import { freePort } from '@chatbot/testkit/free-port';
import { StartError } from './start-error.ts';

/** Ports for processes that start later, all different. */
export function findFreePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/**
 * Chooses the port of the page. A wanted one that cannot be had is an error (StartError naming it); without a wish it is
 * the default one, or any free one when that is taken. 0 wishes for any free one.
 */
export async function choosePublicPort(options: {
  host: string;
  wantedPort: number | undefined;
  defaultPort: number;
}): Promise<number> {
  const { host, wantedPort, defaultPort } = options;
  try {
    return await probePort({ host, port: wantedPort ?? defaultPort });
  } catch (error) {
    if (wantedPort === undefined && hasCode(error, 'EADDRINUSE')) return await probePort({ host, port: 0 });
    throw new StartError(explain({ error, host, port: wantedPort ?? defaultPort }), { cause: error });
  }
}

async function probePort(address: { host: string; port: number }): Promise<number> {
  const port = address.port === 0 ? await freePort() : address.port;
  const server = await listen({ ...address, port });
  await close(server);
  return port;
}

function explain({ error, host, port }: { error: unknown; host: string; port: number }): string {
  if (hasCode(error, 'EADDRINUSE')) {
    return `Port ${port} is taken by another program. Stop that program, or choose another port: npm start -- --port 0 picks a free one.`;
  }
  if (hasCode(error, 'EACCES')) return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
  return `${host} is not an address of this machine that can be listened on. Choose another with --host.`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function listen({ host, port }: { host: string; port: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
