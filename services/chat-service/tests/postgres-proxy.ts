import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of Postgres that counts statements and can fail. */
export type PostgresProxy = AsyncDisposable & {
  /** The URL of the database by way of the proxy. */
  readonly url: string;
  /** Statements sent to Postgres so far. */
  statementCount(): number;
  /** Cuts every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Accepts connections again. */
  heal(): Promise<void>;
  /** Accepts connections and bytes, and never answers any more, until the next heal. */
  freeze(): void;
};

export async function createPostgresProxy(targetUrl: string): Promise<PostgresProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let statements = 0;
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const count = createStatementCounter(() => {
      statements += 1;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (frozen) return;
        if (from === client) count(bytes);
        to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  const { port } = address;
  const proxied = new URL(targetUrl);
  proxied.port = String(port);
  proxied.hostname = '127.0.0.1';

  function cut() {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return {
    url: proxied.href,
    statementCount: () => statements,
    cut,
    freeze() {
      frozen = true;
    },
    async heal() {
      frozen = false;
      for (const socket of sockets) socket.destroy();
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    [Symbol.asyncDispose]: cut,
  };
}

const sslRequestCode = 80_877_103;

/**
 * Counts the statements that a client runs: Query and Execute messages
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
function createStatementCounter(onStatement: () => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      // The startup message has no type; every later one begins with one byte of it.
      const headLength = started ? 1 : 0;
      if (pending.length < headLength + 4) return;
      const messageLength = headLength + pending.readUInt32BE(headLength);
      if (pending.length < messageLength) return;
      if (!started) started = pending.readUInt32BE(4) !== sslRequestCode;
      else if (pending[0] === 0x45 || pending[0] === 0x51) onStatement();
      pending = pending.subarray(messageLength);
    }
  };
}
