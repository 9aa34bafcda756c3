import { AppError, toAppError, toGrpcError, validationError } from '@chatbot/errors';
import {
  type Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { type AccessTokenVerifier, bearerToken, type Identity } from '../access-token.ts';
import type { Logger } from '../logger.ts';
import type { RpcMetrics } from '../metrics.ts';
import { createRequestContext, traceIdOf } from '../request-context.ts';
import type { RpcCall, StreamRpc, UnaryRpc, UserRpcCall } from './handlers.ts';
import { metadataKeys } from './metadata.ts';

export type AdapterDeps = {
  logger: Logger;
  metrics: RpcMetrics;
  /** Needed as soon as one rpc has the access rule 'user'. */
  accessTokens?: AccessTokenVerifier;
};

type Call = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

/**
 * Turns a handler of ours into one of grpc-js. This is the one place where a token is checked, input is parsed, errors are
 * mapped, a call is measured and its "finished" line is logged.
 */
export function toGrpcHandler<Response>(
  rpc: UnaryRpc<Response> | StreamRpc<Response>,
  deps: AdapterDeps & { method: string },
):
  | ((call: ServerUnaryCall<unknown, Response>, callback: sendUnaryData<Response>) => void)
  | ((call: ServerWritableStream<unknown, Response>) => void) {
  if (rpc.kind === 'unary') {
    return (call: ServerUnaryCall<unknown, Response>, callback: sendUnaryData<Response>) => {
      observed(call, deps, async (rpcCall) => {
        const authorized = await authorize(rpc, { call, rpcCall, deps });
        return rpc.handle(parse(rpc, call.request), authorized);
      }).then(
        (response) => callback(null, response),
        (error: unknown) => callback(toGrpcError(toAppError(error))),
      );
    };
  }
  return (call: ServerWritableStream<unknown, Response>) => {
    observed(call, deps, async (rpcCall) => {
      const authorized = await authorize(rpc, { call, rpcCall, deps });
      await pump(rpc.handle(parse(rpc, call.request), authorized), { call, signal: rpcCall.signal });
    }).then(
      () => call.end(),
      // Not destroy(): grpc-js sends the status when the stream ends, and a destroyed one never does.
      (error: unknown) => call.emit('error', Object.assign(new Error(), toGrpcError(toAppError(error)))),
    );
  };
}

async function observed<Result>(
  call: Call,
  deps: AdapterDeps & { method: string },
  work: (call: RpcCall) => Promise<Result>,
): Promise<Result> {
  const startedAtMs = performance.now();
  const context = createRequestContext({
    requestId: first(call.metadata, metadataKeys.requestId),
    traceparent: first(call.metadata, metadataKeys.traceparent),
  });
  const cancelled = new AbortController();
  call.on('cancelled', () => cancelled.abort(new AppError('CANCELLED')));
  try {
    const result = await work({ context, signal: cancelled.signal });
    finish({ code: status.OK });
    return result;
  } catch (thrown) {
    // A handler that was aborted fails in its own way; the caller's leaving is the cause.
    const error = cancelled.signal.aborted ? new AppError('CANCELLED', { cause: thrown }) : toAppError(thrown);
    finish({ code: toGrpcError(error).code, error });
    throw error;
  }

  function finish({ code, error }: { code: status; error?: AppError }) {
    const durationMs = performance.now() - startedAtMs;
    deps.metrics.serverDuration.observe({ method: deps.method, code: status[code] }, durationMs / 1000);
    const line = {
      requestId: context.requestId,
      traceId: traceIdOf(context),
      method: deps.method,
      code: status[code],
      durationMs: Math.round(durationMs * 10) / 10,
      ...(error === undefined ? {} : { reason: error.reason }),
    };
    if (error?.reason === 'INTERNAL') deps.logger.error({ ...line, err: error.cause ?? error }, 'finished');
    else deps.logger.info(line, 'finished');
  }
}

function parse(rpc: UnaryRpc<unknown> | StreamRpc<unknown>, request: unknown): unknown {
  const result = rpc.input.safeParse(request);
  if (result.success) return result.data;
  throw validationError(result.error);
}

async function authorize(
  rpc: UnaryRpc<unknown> | StreamRpc<unknown>,
  { call, rpcCall, deps }: { call: Call; rpcCall: RpcCall; deps: AdapterDeps },
): Promise<UserRpcCall> {
  if (rpc.access !== 'user') return { ...rpcCall, identity: nobody };
  if (deps.accessTokens === undefined) throw new Error('an rpc for users needs a verifier of access tokens');
  const identity = await deps.accessTokens.verify(bearerToken(first(call.metadata, metadataKeys.authorization)));
  return { ...rpcCall, identity };
}

/** The types keep handlers of other rules from reading an identity; this one could do nothing if they did. */
const nobody: Identity = Object.freeze({ userId: '', sessionId: '', role: 'user', expiresAtMs: 0 });

/** Writes what the handler yields, at the pace at which the caller reads. */
async function pump<Response>(
  responses: AsyncIterable<Response>,
  { call, signal }: { call: ServerWritableStream<unknown, Response>; signal: AbortSignal },
): Promise<void> {
  for await (const response of responses) {
    if (signal.aborted) break;
    if (!call.write(response)) await drained(call, signal);
  }
  signal.throwIfAborted();
}

function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
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
