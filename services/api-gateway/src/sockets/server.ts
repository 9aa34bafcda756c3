import type { Server as HttpServer } from 'node:http';
import { AppError, catalogue, toAppError, toProblem, validationError } from '@chatbot/errors';
import { type AccessTokenVerifier, type Logger, type SpanOutcome, type Tracing, traceIdOf } from '@chatbot/service-kit';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import { Server } from 'socket.io';
import type { ClientAddress } from '../client-address.ts';
import { userRoom } from '../events.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { OriginCheck } from '../origins.ts';
import type { RateLimits } from '../rate-limits.ts';
import { authRefresh } from './auth-events.ts';
import type { ClientEvent, ClientSocket, EventDeps, SocketState } from './event.ts';
import type { EventLimit } from './event-limit.ts';
import { clientEvents } from './events.ts';
import type { SessionClock, WatchedSession } from './session-clock.ts';

export type SocketServer = Server<Record<string, never>, Record<string, never>, Record<string, never>, SocketState>;

export type SocketServerOptions = {
  publisher: Redis;
  subscriber: Redis;
  isAllowedOrigin: OriginCheck;
  limits: RateLimits;
  addressOf: ClientAddress;
  /** Whether new connections are refused for the moment. */
  isClosed: () => boolean;
};

/** A message may be 100,000 characters of up to four bytes, and its envelope. */
const payloadBytesMax = 512 * 1024;

/** The Socket.IO server. Nobody can connect before attachSockets has given it something to do. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { publisher, subscriber, isAllowedOrigin, limits, addressOf, isClosed } = options;
  return new Server({
    adapter: createAdapter(publisher, subscriber),
    allowRequest(request, callback) {
      if (!isAllowedOrigin(request.headers)) return callback('ORIGIN_NOT_ALLOWED', false);
      if (isClosed()) return callback('UNAVAILABLE', false);
      limits.consume({ scope: 'connections', key: addressOf(request) }).then(
        () => callback(null, true),
        (error: unknown) => callback(toAppError(error).reason, false),
      );
    },
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: payloadBytesMax,
    // Compression costs 200 kB a connection and a second under load; tokens are too short to gain from it.
    perMessageDeflate: false,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    connectTimeout: 10_000,
    serveClient: false,
  });
}

export type AttachOptions = {
  io: SocketServer;
  http: HttpServer;
  deps: Omit<EventDeps, 'renew'>;
  accessTokens: AccessTokenVerifier;
  sessions: SessionClock;
  eventLimit: EventLimit;
  logger: Logger;
  metrics: GatewayMetrics;
  tracing: Tracing;
};

/** Accepts connections on the HTTP server, authenticates them and answers their events. */
export function attachSockets(options: AttachOptions): void {
  const { io, http, deps, accessTokens, sessions, eventLimit, logger, metrics, tracing } = options;
  const eventDeps: EventDeps = { ...deps, renew };

  io.use((socket: ClientSocket, next) => {
    const token: unknown = socket.handshake.auth.token;
    authenticate(socket, typeof token === 'string' ? token : undefined).then(
      () => next(),
      (error: unknown) => next(Object.assign(new Error('unauthorized'), { data: toProblem(toAppError(error)) })),
    );
  });

  io.on('connection', (socket: ClientSocket) => {
    metrics.socketConnections.inc();
    void socket.join(userRoom(socket.data.identity.userId));
    for (const event of clientEvents) register(socket, event);
    socket.onAny((name: string, ...args: unknown[]) => {
      if (!known.has(name))
        acknowledge(args.at(-1), { ok: false, problem: toProblem(new AppError('ROUTE_NOT_FOUND')) });
    });
    const watching = sessions.watch(watchedSession(socket));
    socket.on('disconnect', () => {
      watching[Symbol.dispose]();
      metrics.socketConnections.dec();
      for (const following of socket.data.followings.values()) following.close();
      socket.data.followings.clear();
      for (const open of socket.data.opened.values()) open.close();
      socket.data.opened.clear();
    });
  });
  // Last: a connection that is made earlier would be let in by nobody and answered by nobody.
  io.attach(http);

  async function authenticate(socket: ClientSocket, token: string | undefined) {
    const identity = await accessTokens.verify(token);
    const state = { identity, accessToken: token ?? '' };
    socket.data = { ...state, followings: new Map(), opened: new Map(), answering: new Set() };
  }

  async function renew(socket: ClientSocket, token: string) {
    const identity = await accessTokens.verify(token);
    if (identity.userId !== socket.data.identity.userId) throw new AppError('TOKEN_INVALID');
    socket.data.identity = identity;
    socket.data.accessToken = token;
  }

  function register(socket: ClientSocket, event: ClientEvent) {
    const on = socket.on.bind(socket) as (name: string, listener: (...args: unknown[]) => void) => unknown;
    on(event.name, (payload, ack) => {
      const answered = answer(socket, event, payload).then(
        (data) => acknowledge(ack, { ok: true, data }),
        (error: AppError) => acknowledge(ack, { ok: false, problem: toProblem(error) }),
      );
      const { answering } = socket.data;
      answering.add(answered);
      void answered.finally(() => answering.delete(answered));
    });
  }

  async function answer(socket: ClientSocket, event: ClientEvent, payload: unknown): Promise<unknown> {
    const startedAtMs = performance.now();
    const attributes = { 'chatbot.socket.event': event.name };
    const span = tracing.enter({}, { name: event.name, kind: 'server', attributes });
    const { context } = span;
    const { userId } = socket.data.identity;
    let failure: AppError | undefined;
    try {
      await admit(userId);
      // A renewal brings a token of its own; every other event counts on the one that is there.
      if (event !== authRefresh) accessTokens.recheck(socket.data.identity);
      const parsed = event.input.safeParse(payload);
      if (!parsed.success) throw validationError(parsed.error);
      const caller = { context, accessToken: socket.data.accessToken };
      return await event.handle(eventDeps, parsed.data, { socket, caller, userId, context });
    } catch (thrown) {
      const error = toAppError(thrown);
      failure = error;
      if (error.reason === 'INTERNAL')
        logger.error({ event: event.name, requestId: context.requestId, err: error.cause ?? error }, 'event failed');
      throw error;
    } finally {
      span.end(outcomeOf(failure));
      metrics.socketEvents.inc({ event: event.name, outcome: failure === undefined ? 'ok' : 'error' });
      const durationMs = Math.round((performance.now() - startedAtMs) * 10) / 10;
      metrics.socketEventDuration.observe({ event: event.name }, durationMs / 1000);
      const outcome = failure?.reason ?? 'ok';
      logger.info(
        { requestId: context.requestId, traceId: traceIdOf(context), event: event.name, outcome, durationMs, userId },
        'finished',
      );
    }
  }

  async function admit(userId: string) {
    try {
      await eventLimit.admit(userId);
    } catch (refusal) {
      metrics.rateLimited.inc({ scope: 'events' });
      throw refusal;
    }
  }
}

function watchedSession(socket: ClientSocket): WatchedSession {
  const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
  return {
    identity: () => socket.data.identity,
    expiring: (at) => void emit('session:expiring', { at: at.toISOString() }),
    ended({ reason, metadata }) {
      emit('session:ended', { reason, ...metadata });
      socket.disconnect(true);
    },
  };
}

/** What a span says of an event that was answered with this. */
function outcomeOf(failure: AppError | undefined): SpanOutcome {
  if (failure === undefined) return {};
  return { error: { type: failure.reason, isFault: catalogue[failure.reason].http >= 500 } };
}

const known: ReadonlySet<string> = new Set(clientEvents.map(({ name }) => name));

function acknowledge(ack: unknown, answer: object) {
  if (typeof ack === 'function') ack(answer);
}
