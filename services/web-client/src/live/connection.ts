import { io, type Socket } from 'socket.io-client';
import * as z from 'zod/mini';
import { noAnswer, ProblemError, parseProblem } from '../api/problem.ts';
import type { Session } from '../session/session.ts';
import { createValue, type Value } from './value.ts';

const ACK_TIMEOUT_MS = 12_000;
const RECONNECT_DELAY_MS_MIN = 500;
const RECONNECT_DELAY_MS_MAX = 8000;

/** What a new token may put right. */
const RENEWABLE: ReadonlySet<string> = new Set(['TOKEN_EXPIRED', 'TOKEN_REVOKED']);

const AckSchema = z.union([
  z.object({ ok: z.literal(true), data: z.optional(z.unknown()) }),
  z.object({ ok: z.literal(false), problem: z.unknown() }),
]);

export type ConnectionStatus = 'connecting' | 'online' | 'lost';

export type Connection = {
  status: Value<ConnectionStatus>;
  start: () => void;
  stop: () => void;
  /** Tries now instead of waiting for the next attempt. */
  hurry: () => void;
  /** Gives up a connection that is known to be dead, well before the heartbeat finds out. */
  drop: () => void;
  /** Sends an event and returns the data of its acknowledgement. @throws ProblemError, NO_ANSWER while not online. */
  emit: <Schema extends z.ZodMiniType>(event: string, payload: object, schema: Schema) => Promise<z.output<Schema>>;
  /** Hears an event; a payload that does not fit the schema is dropped. */
  on: <Schema extends z.ZodMiniType>(
    event: string,
    schema: Schema,
    handler: (payload: z.output<Schema>) => void,
  ) => void;
  onOnline: (handler: () => void) => void;
};

/** The socket of one signed-in account. It reconnects for ever, with a jittered delay, and with a fresh token each time. */
export function createConnection(session: Session): Connection {
  const status = createValue<ConnectionStatus>('connecting');
  const socket: Socket = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: RECONNECT_DELAY_MS_MIN,
    reconnectionDelayMax: RECONNECT_DELAY_MS_MAX,
    // As wide as it goes, from nothing to twice the delay: the clients of a gateway lose it all at once.
    randomizationFactor: 1,
    auth: (callback) => void session.token().then((token) => callback({ token })),
  });
  let refusalCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopRenewing = { current: () => {} };

  /** The library gives up where the server refused the handshake or closed the socket; a new token may change that. */
  function connectLater(): void {
    clearTimeout(timer);
    const ceilingMs = Math.min(RECONNECT_DELAY_MS_MAX, RECONNECT_DELAY_MS_MIN * 2 ** refusalCount);
    refusalCount += 1;
    timer = setTimeout(
      () => {
        void session.renew().then(() => {
          if (session.state.get().status === 'signed-in') socket.connect();
        });
      },
      ceilingMs * (0.5 + Math.random() / 2),
    );
  }

  async function emitOnce<Schema extends z.ZodMiniType>(event: string, payload: object, schema: Schema) {
    if (!socket.connected) throw noAnswer();
    const answer: unknown = await socket
      .timeout(ACK_TIMEOUT_MS)
      .emitWithAck(event, payload)
      .catch((cause: unknown) => {
        throw noAnswer(cause);
      });
    const ack = z.safeParse(AckSchema, answer);
    if (!ack.success) throw new ProblemError(parseProblem(undefined, 0));
    if (!ack.data.ok) throw new ProblemError(parseProblem(ack.data.problem, 0));
    const data = z.safeParse(schema, ack.data.data);
    if (!data.success) throw new ProblemError(parseProblem(undefined, 0), { cause: data.error });
    return data.data;
  }

  socket.on('connect', () => {
    refusalCount = 0;
    status.set('online');
  });
  socket.on('connect_error', () => {
    status.set('lost');
    if (!socket.active) connectLater();
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return;
    status.set('lost');
    if (!socket.active) connectLater();
  });

  return {
    status,
    start() {
      stopRenewing.current = session.onRenewed((token) => {
        if (socket.connected) socket.emit('auth:refresh', { token }, () => {});
        // After a session that was over, nothing else would try again.
        else if (!socket.active) socket.connect();
      });
      socket.connect();
    },
    stop() {
      clearTimeout(timer);
      stopRenewing.current();
      socket.disconnect();
      status.set('connecting');
    },
    hurry() {
      if (!socket.connected) socket.disconnect().connect();
    },
    drop: () => void socket.io.engine?.close(),
    async emit(event, payload, schema) {
      try {
        return await emitOnce(event, payload, schema);
      } catch (error) {
        if (!(error instanceof ProblemError) || !RENEWABLE.has(error.problem.reason)) throw error;
        // The new token reaches the server by auth:refresh, on this socket and therefore before the repeated event.
        if ((await session.renew()) === undefined) throw error;
        return emitOnce(event, payload, schema);
      }
    },
    on(event, schema, handler) {
      socket.on(event, (payload: unknown) => {
        const parsed = z.safeParse(schema, payload);
        if (parsed.success) handler(parsed.data);
      });
    },
    onOnline: (handler) => void socket.on('connect', handler),
  };
}
