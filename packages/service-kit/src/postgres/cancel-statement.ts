import net from 'node:net';
import type { Client } from 'pg';
import { z } from 'zod';

/** CancelRequest: its length, its code, the process and its secret (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const messageBytes = 16;
const cancelRequestCode = 80_877_102;
const timeoutMs = 1_000;

/** What Postgres tells a connection of itself when it begins. pg keeps it and its types do not say so. */
const backendKey = z.object({ processID: z.number(), secretKey: z.number() });

/**
 * Asks Postgres to give up what a connection is running, over a connection of its own, as its protocol wants it. Resolves when Postgres has passed
 * that on, so that what the connection runs next is not meant; at the latest after a second, and also when it cannot be asked: the statement then
 * ends by its own timeout. Never rejects. The request is sent in plaintext, as libpq did up to version 16: what it holds is good for cancelling alone.
 */
export function cancelStatement(client: Client): Promise<void> {
  const key = backendKey.safeParse(client).data;
  if (key === undefined) return Promise.resolve();
  const message = Buffer.alloc(messageBytes);
  message.writeInt32BE(messageBytes, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(key.processID, 8);
  message.writeInt32BE(key.secretKey, 12);
  return new Promise((resolve) => {
    const socket = net.connect(addressOf(client));
    // Postgres closes it once it has signalled the process.
    socket.once('close', () => resolve());
    socket.once('error', () => socket.destroy());
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.end(message);
  });
}

function addressOf({ host, port }: Client): net.NetConnectOpts {
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}
