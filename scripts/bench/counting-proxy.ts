import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';

export interface CountingProxy extends AsyncDisposable {
  url: string;
  /** Bytes that the server has sent so far, everything above TCP included. */
  readonly bytesFromServer: number;
}

/** A TCP proxy in front of an http:// URL that counts what comes back. */
export async function startCountingProxy(serverUrl: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let bytesFromServer = 0;
  const server = createServer((client) => {
    const upstream = connectTcp({ host: hostname, port: Number(port) });
    upstream.on('data', (chunk) => {
      bytesFromServer += chunk.length;
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get bytesFromServer() {
      return bytesFromServer;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
