import type { Server as HttpServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientSocket } from './sockets/event.ts';
import type { SocketServer } from './sockets/server.ts';

export type DrainOptions = {
  http: HttpServer;
  io: SocketServer;
  /** Aborted to end the streams of server-sent events; their readers go on elsewhere from their last frame. */
  streams: AbortController;
};

/** How long requests and events that are being answered may take; what takes longer is asked again elsewhere. */
const answerTimeoutMs = 3_000;

/** Takes no new connections, lets what is being answered be answered, then closes every connection so that clients come back elsewhere. */
export async function drainConnections({ http, io, streams }: DrainOptions): Promise<void> {
  const timeout = new AbortController();
  const tooLate = delay(answerTimeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  streams.abort();
  const sockets = [...io.sockets.sockets.values()] as ClientSocket[];
  await Promise.all(
    sockets.map(async (socket) => {
      await Promise.race([Promise.allSettled(socket.data.answering), tooLate]);
      // Not socket.disconnect(): a client that is told to go does not come back by itself.
      socket.conn.close();
    }),
  );
  await Promise.race([closed, tooLate]);
  timeout.abort();
  await io.close();
  http.closeAllConnections();
}
