import type { Server as HttpServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenStreams } from './http/open-streams.ts';
import type { ClientSocket } from './sockets/event.ts';
import type { SocketServer } from './sockets/server.ts';

export type DrainOptions = {
  http: HttpServer;
  io: SocketServer;
  streams: OpenStreams;
};

/** How long requests and events that are being answered may take; what takes longer is asked again elsewhere. */
const answerTimeoutMs = 3_000;

/** Takes no new connections, lets what is being answered be answered, then closes every connection so that clients come back elsewhere. */
export async function drainConnections({ http, io, streams }: DrainOptions): Promise<void> {
  const timeout = new AbortController();
  const tooLate = delay(answerTimeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  streams.drain();
  await Promise.all(
    socketsOf(io).map(async (socket) => {
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

/** Closes every connection over which replies come; their clients come back, to another replica if there is one that can serve them. */
export function sendClientsElsewhere({ io, streams }: Pick<DrainOptions, 'io' | 'streams'>): void {
  streams.closeAll();
  for (const socket of socketsOf(io)) socket.conn.close();
}

function socketsOf(io: SocketServer): ClientSocket[] {
  return [...io.sockets.sockets.values()];
}
