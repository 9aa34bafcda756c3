import type { EventEmitter } from 'node:events';
import { AppError, catalogue, toAppError, toGrpcError, validationError } from '@chatbot/errors';
import {
  type Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { z } from 'zod';
import { type AccessTokenVerifier, bearerToken, type Identity } from '../access-token.ts';
import type { Logger } from '../logger.ts';
import type { RpcMetrics } from '../metrics.ts';
import { createRequestContext, type RequestContext, traceIdOf } from '../request-context.ts';
import { inTrace } from '../tracing/current-trace.ts';
import { noTracing, type Tracing } from '../tracing/tracing.ts';
import { inCall } from './current-call.ts';
import type { StreamRpc, UnaryRpc, UserRpcCall } from './handlers.ts';
import { metadataKeys } from './metadata.ts';
import type { RunningCalls } from './running-calls.ts';
import { rpcOutcome, rpcSpan } from './span.ts';

export type AdapterDeps = {
  logger: Logger;
  metrics: RpcMetrics;
  /** Without, calls are not traced. */
  tracing?: Tracing;
  /** Needed as soon as one rpc has the access rule 'user'. */
  accessTokens?: AccessTokenVerifier;
};

/** What a call of one method needs. */
export type MethodDeps = AdapterDeps & {
  /** The full name, for example "chatbot.ai.v1.AiService/Generate". */
  method: string;
  /** Throws when the response does not fit the contract. */
  serialize: (response: unknown) => Buffer;
  /** Where each call is noted while it is answered; aborting it with an AppError ends it with that. */
  running: RunningCalls;
};

type StreamCall = ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>;
/** What all calls have. */
type Call = EventEmitter & Pick<ServerUnaryCall<unknown, Buffer>, 'metadata' | 'getDeadline'>;
type AnyRpc = UnaryRpc<unknown> | StreamRpc<unknown>;

/**
 * Turns a handler of ours into one of grpc-js that answers with serialized messages. This is the one place where a token is
 * checked, input is parsed, errors are mapped, a call is measured and traced and its "finished" line is logged.
 */
export function toGrpcHandler(
  rpc: AnyRpc,
  deps: MethodDeps,
): ((call: ServerUnaryCall<unknown, Buffer>, callback: sendUnaryData<Buffer>) => void) | ((call: StreamCall) => void) {
  if (rpc.kind === 'unary') {
    return (call: ServerUnaryCall<unknown, Buffer>, callback: sendUnaryData<Buffer>) => {
      // The answer goes out before it is measured and logged: the caller need not wait for that.
      answer(rpc, { call, deps }, async (rpcCall) =>
        callback(null, deps.serialize(await rpc.handle(parse(rpc.input, call.request), rpcCall))),
      ).catch((error: unknown) => callback(toStatus(error)));
    };
  }
  return (call: StreamCall) => {
    answer(rpc, { call, deps }, async (rpcCall, end) => {
      const { signal } = rpcCall;
      const requests = requestsOf(call, { rpc, signal, end });
      const input = parse(rpc.input, await requests.first);
      const responses = rpc.handle(input, { ...rpcCall, onLater: requests.onLater });
      await pump(responses, { call, signal, serialize: deps.serialize });
    }).then(
      () => call.end(),
      // Not destroy(), which may drop what is written but not sent yet: the status has to come after it.
      (error: unknown) => call.emit('error', Object.assign(new Error(), toStatus(error))),
    );
  };
}

async function answer(
  rpc: AnyRpc,
  { call, deps }: { call: Call; deps: MethodDeps },
  work: (call: UserRpcCall, end: (reason: AppError) => void) => Promise<void>,
): Promise<void> {
  const startedAtMs = performance.now();
  const { method, tracing = noTracing } = deps;
  const caller = createRequestContext({
    requestId: first(call.metadata, metadataKeys.requestId),
    traceparent: first(call.metadata, metadataKeys.traceparent),
  });
  const span = tracing.begin(caller, rpcSpan({ kind: 'server', method }));
  const { context } = span;
  const abort = new AbortController();
  const onCancelled = () => abort.abort(new AppError(isOverdue(call) ? 'DEADLINE_EXCEEDED' : 'CANCELLED'));
  call.once('cancelled', onCancelled);
  deps.running.add(abort);
  let identity = nobody;
  try {
    if (rpc.access === 'user') identity = await authenticate(call, deps);
    const rpcCall = { context, signal: abort.signal, identity };
    await inTrace({ tracing, context }, () =>
      inCall(abort.signal, () => work(rpcCall, (reason) => abort.abort(reason))),
    );
    finish();
  } catch (thrown) {
    const error = callError(thrown, abort.signal);
    finish(error);
    throw error;
  } finally {
    // grpc-js reports the end of an answered call as a cancellation, too.
    call.off('cancelled', onCancelled);
    deps.running.delete(abort);
  }

  function finish(error?: AppError) {
    const { userId } = identity;
    const code = status[error === undefined ? status.OK : catalogue[error.reason].code];
    span.end(rpcOutcome(code, error?.reason));
    observe({ startedAtMs, context, userId, code, routine: rpc.routine, deps }, error);
  }
}

function observe(
  call: {
    startedAtMs: number;
    context: RequestContext;
    userId: string;
    code: string;
    routine: boolean;
    deps: MethodDeps;
  },
  error: AppError | undefined,
): void {
  const { method, logger, metrics } = call.deps;
  const { code } = call;
  const durationMs = performance.now() - call.startedAtMs;
  metrics.serverDuration.observe({ method, code }, durationMs / 1000);
  const line = {
    requestId: call.context.requestId,
    traceId: traceIdOf(call.context),
    method,
    code,
    durationMs: Math.round(durationMs * 10) / 10,
    ...(call.userId === '' ? {} : { userId: call.userId }),
    ...(error === undefined ? {} : { reason: error.reason }),
  };
  // What a caller did wrong needs no cause; what failed on our side is of no use without it.
  const failedHere = error !== undefined && catalogue[error.reason].http >= 500;
  if (error?.reason === 'INTERNAL') logger.error({ ...line, err: error.cause ?? error }, 'finished');
  else if (failedHere && error.cause !== undefined) logger.warn({ ...line, err: error.cause }, 'finished');
  else if (call.routine && error === undefined) logger.debug(line, 'finished');
  else logger.info(line, 'finished');
}

/** A handler that was aborted fails in its own way; why it was aborted is what counts. */
function callError(thrown: unknown, signal: AbortSignal): AppError {
  const why: unknown = signal.reason;
  if (!signal.aborted || thrown === why || !(why instanceof AppError)) return toAppError(thrown);
  return new AppError(why.reason, { cause: thrown });
}

/** The caller's reset at its deadline may arrive a moment before our own clock strikes. */
function isOverdue(call: Call): boolean {
  return Date.now() >= Number(call.getDeadline()) - 50;
}

/** An error for grpc-js. It puts `details` through encodeURI, which throws on half a surrogate pair. */
function toStatus(error: unknown) {
  const { details, ...rest } = toGrpcError(toAppError(error));
  return { ...rest, details: details.toWellFormed() };
}

function parse(schema: z.ZodType, request: unknown): unknown {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  throw validationError(result.error);
}

/** The first request, and the later ones as they come. One that is refused ends the call; those that nobody wants to hear are not read. */
function requestsOf(
  call: StreamCall,
  { rpc, signal, end }: { rpc: StreamRpc<unknown>; signal: AbortSignal; end: (reason: AppError) => void },
): { first: unknown; onLater: (listener: (request: unknown) => void) => void } {
  if ('request' in call) return { first: call.request, onLater: () => {} };
  signal.throwIfAborted();
  const first = new Promise<unknown>((resolve, reject) => {
    call.once('data', (request: unknown) => {
      // The next ones wait for whoever wants to hear them.
      call.pause();
      resolve(request);
    });
    // A caller that said nothing; the schema tells it so.
    call.once('end', () => resolve(undefined));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return {
    first,
    onLater(listener) {
      const { later } = rpc;
      if (later === undefined) return;
      call.on('data', (request: unknown) => {
        try {
          listener(parse(later, request));
        } catch (thrown) {
          end(toAppError(thrown));
        }
      });
      call.resume();
    },
  };
}

async function authenticate(call: Call, { accessTokens }: AdapterDeps): Promise<Identity> {
  if (accessTokens === undefined) throw new Error('an rpc for users needs a verifier of access tokens');
  return accessTokens.verify(bearerToken(first(call.metadata, metadataKeys.authorization)));
}

/** The types keep handlers of other rules from reading an identity; this one could do nothing if they did. */
const nobody: Identity = Object.freeze({ userId: '', sessionId: '', role: 'user', tokenVersion: 0, expiresAtMs: 0 });

/** Writes what the handler yields, at the pace at which the caller reads. */
async function pump(
  responses: AsyncIterable<unknown>,
  options: { call: StreamCall; signal: AbortSignal; serialize: MethodDeps['serialize'] },
): Promise<void> {
  const { call, signal, serialize } = options;
  for await (const response of responses) {
    if (!signal.aborted && !call.write(serialize(response))) await drained(call, signal);
    // Leaving the loop runs the handler's finally blocks; asking it for one more response would come first.
    if (signal.aborted) break;
  }
  signal.throwIfAborted();
}

function drained(call: StreamCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function first(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}
