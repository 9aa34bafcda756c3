import { AppError, fromGrpcError } from '@chatbot/errors';
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import type { RpcMetrics } from '../metrics.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServiceName } from '../service-name.ts';
import type { Tls } from '../tls/tls.ts';
import { noTracing, type Tracing } from '../tracing/tracing.ts';
import { metadataKeys } from './metadata.ts';
import { messageBytesMax } from './server.ts';
import { rpcOutcome, rpcSpan } from './span.ts';
import type { AnyMethod, MethodName, RequestInput, ResponseOutput } from './types.ts';

export type RpcCallOptions = {
  context: RequestContext;
  /** After this long the call fails with DEADLINE_EXCEEDED, on both sides. */
  timeoutMs: number;
  /** When whoever waits for it all stops waiting (ms since the epoch); the call fails then even if `timeoutMs` is not over. */
  deadlineAtMs?: number | undefined;
  /** The signed token of the user on whose behalf the call is made. */
  accessToken?: string | undefined;
  /** Aborting cancels the call on both sides. */
  signal?: AbortSignal | undefined;
};

/** A stream of responses. Iterate it once; leaving the loop early cancels the call. Errors are AppErrors. */
export type RpcStream<Response> = AsyncIterable<Response> & { cancel(): void };

/** A stream of responses, during which more can be asked. What is sent when the call is over goes nowhere. */
export type RpcDuplex<Request, Response> = RpcStream<Response> & { send(request: Request): void };

export type RpcClient<Definition extends ServiceDefinition> = Disposable & {
  /** Throws the AppError of the other side, or UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL. */
  unary<Name extends MethodName<Definition>>(
    method: Name,
    request: RequestInput<Definition[Name]>,
    options: RpcCallOptions,
  ): Promise<ResponseOutput<Definition[Name]>>;
  serverStream<Name extends MethodName<Definition>>(
    method: Name,
    request: RequestInput<Definition[Name]>,
    options: RpcCallOptions,
  ): RpcStream<ResponseOutput<Definition[Name]>>;
  /** Like serverStream, for a method whose requests are a stream: the first one goes with the call. */
  duplex<Name extends MethodName<Definition>>(
    method: Name,
    request: RequestInput<Definition[Name]>,
    options: RpcCallOptions,
  ): RpcDuplex<RequestInput<Definition[Name]>, ResponseOutput<Definition[Name]>>;
  /** Throws unless the other side says that it is SERVING (grpc.health.v1). */
  checkServing(options: RpcCallOptions): Promise<{ version?: string }>;
};

export type RpcClientOptions<Definition extends ServiceDefinition> = {
  definition: Definition;
  /** A gRPC target, for example "chat-service:50052", "dns:///chat-service:50052" or "ipv4:10.0.0.1:50052,10.0.0.2:50052". */
  address: string;
  /** The service at that address; with `tls` its certificate must say so. */
  peer: ServiceName;
  /** Without, calls are in plaintext. */
  tls?: Tls | undefined;
  metrics: RpcMetrics;
  /** Without, calls are not traced. */
  tracing?: Tracing | undefined;
  /** A stream fails with UNAVAILABLE when there is no connection to send it on for so long, in milliseconds. Default 2,000. */
  connectTimeoutMs?: number;
  /**
   * The unary methods that may be sent again when it is not known whether they took effect. They are, within their deadline, when the other
   * side cannot be reached or goes away. A stream never is: whoever reads it decides what to do with the part that came.
   */
  idempotent?: readonly MethodName<Definition>[];
};

/** A client of one service, spread over all addresses of its target. It connects when it is first used. */
export function createRpcClient<Definition extends ServiceDefinition>(
  options: RpcClientOptions<Definition>,
): RpcClient<Definition> {
  const { definition, metrics, address, peer, tls, tracing = noTracing, idempotent = [] } = options;
  const { connectTimeoutMs = connectTimeoutMsDefault } = options;
  const client = new Client(address, tls?.channelCredentials(peer) ?? credentials.createInsecure(), {
    ...channelOptions,
    'grpc.service_config': serviceConfig(idempotent.map((name) => methodOf(definition, name).path)),
    // The name to ask for in the TLS greeting, where an IP address may not stand (RFC 6066, section 3).
    ...(tls === undefined ? {} : { 'grpc.ssl_target_name_override': peer }),
  });

  /** Says that a call begins, and gives the metadata to send with it. */
  function begin({ path }: AnyMethod, callOptions: RpcCallOptions) {
    const startedAtMs = performance.now();
    const method = path.slice(1);
    const span = tracing.begin(callOptions.context, rpcSpan({ kind: 'client', method, peer }));
    const metadata = metadataOf({ ...callOptions, context: span.context });
    return {
      metadata,
      finished(statusCode: status) {
        const code = status[statusCode];
        span.end(rpcOutcome(code));
        metrics.clientDuration.observe({ method, code }, (performance.now() - startedAtMs) / 1000);
      },
    };
  }

  function callUnary(
    method: AnyMethod,
    request: object,
    callOptions: RpcCallOptions & { onHeaders?: (headers: Metadata) => void },
  ): Promise<object> {
    return new Promise((resolve, reject) => {
      const { metadata, finished } = begin(method, callOptions);
      const cancellation = cancellationBy(callOptions.signal, () => call.cancel());
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline: deadlineOf(callOptions) },
        (error, response) => {
          cancellation.forget();
          finished(error?.code ?? status.OK);
          if (error !== null) reject(callError(error, cancellation));
          else if (response === undefined) reject(fromGrpcError(new Error(`${method.path} answered nothing`)));
          else resolve(response);
        },
      );
      if (callOptions.onHeaders !== undefined) call.on('metadata', callOptions.onHeaders);
      cancellation.listen();
    });
  }

  function callStream(method: AnyMethod, request: object, callOptions: RpcCallOptions): RpcStream<object> {
    const { metadata, finished } = begin(method, callOptions);
    const stream = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: deadlineOf(callOptions) },
    );
    return read(stream, { finished, signal: callOptions.signal });
  }

  function callDuplex(method: AnyMethod, request: object, callOptions: RpcCallOptions): RpcDuplex<object, object> {
    const { metadata, finished } = begin(method, callOptions);
    const stream = client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      metadata,
      { deadline: deadlineOf(callOptions) },
    );
    let isOver = false;
    stream.once('status', () => {
      isOver = true;
    });
    const responses = read(stream, { finished, signal: callOptions.signal });
    const send = (message: object) => void (isOver || stream.write(message));
    send(request);
    return { ...responses, send };
  }

  function read(
    stream: ClientReadableStream<object> | ClientDuplexStream<object, object>,
    { finished, signal }: { finished: (code: status) => void; signal: AbortSignal | undefined },
  ): RpcStream<object> {
    const cancellation = cancellationBy(signal, () => stream.cancel());
    let failure: AppError | undefined;
    // The call may fail while nobody iterates: without a listener that would end the process, and an iteration that begins
    // later would find a stream that ended well.
    stream.on('error', (error) => {
      failure = callError(error, cancellation);
    });
    stream.on('status', ({ code }) => {
      cancellation.forget();
      finished(code);
    });
    cancellation.listen();
    // A server that hangs still takes connections and never speaks on them. grpc-js waits for its first word for as long as the call may take.
    client.waitForReady(Date.now() + connectTimeoutMs, (error) => error !== undefined && stream.cancel());
    // Until it is first asked for a message, grpc-js keeps all that arrive; from then on it stops the server when 16 wait.
    stream.read(0);

    async function* iterate(): AsyncGenerator<object> {
      try {
        yield* stream;
      } catch (error) {
        throw failure ?? callError(error, cancellation);
      } finally {
        cancellation.cancel();
      }
      if (failure !== undefined) throw failure;
    }
    return { cancel: cancellation.cancel, [Symbol.asyncIterator]: iterate };
  }

  // The names and types below come from the same generated definition; grpc-js itself is untyped here.
  return {
    unary: (name, request, callOptions) =>
      callUnary(methodOf(definition, name), request as object, callOptions) as Promise<
        ResponseOutput<Definition[typeof name]>
      >,
    serverStream: (name, request, callOptions) =>
      callStream(methodOf(definition, name), request as object, callOptions) as RpcStream<
        ResponseOutput<Definition[typeof name]>
      >,
    duplex: (name, request, callOptions) =>
      callDuplex(methodOf(definition, name), request as object, callOptions) as RpcDuplex<
        RequestInput<Definition[typeof name]>,
        ResponseOutput<Definition[typeof name]>
      >,
    async checkServing(callOptions) {
      let version: string | undefined;
      const onHeaders = (headers: Metadata) => {
        version = headers.get(metadataKeys.serviceVersion)[0]?.toString();
      };
      const answer = await callUnary(methodOf(healthService, 'Check'), { service: '' }, { ...callOptions, onHeaders });
      const state = 'status' in answer ? String(answer.status) : 'UNKNOWN';
      if (state !== 'SERVING') throw new AppError('UNAVAILABLE', { detail: `It says ${state}` });
      return version === undefined ? {} : { version };
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** Much longer than a connection takes, and short enough that whoever reads can ask again. */
const connectTimeoutMsDefault = 2_000;

/** Four attempts take about 0.7 s together: longer than a connection needs to be made anew, short enough for a person who waits. */
const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/** https://github.com/grpc/grpc/blob/master/doc/service_config.md; paths are such as "/chatbot.chat.v1.ChatService/GetMessage". */
function serviceConfig(retriedPaths: readonly string[]): string {
  const name = retriedPaths.map((path) => {
    const [, service, method] = path.split('/');
    return { service, method };
  });
  const methodConfig = name.length === 0 ? [] : [{ name, retryPolicy }];
  return JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig });
}

const channelOptions = {
  // The configuration of this client is the only one: no TXT records are asked for another.
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // A peer that hangs is noticed within 8 s, so that its calls go elsewhere within 10.
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.max_receive_message_length': messageBytesMax,
  'grpc.max_send_message_length': messageBytesMax,
};

function methodOf(definition: ServiceDefinition, name: string): AnyMethod {
  const method = definition[name];
  if (method === undefined) throw new Error(`no method ${name}`);
  return method;
}

function deadlineOf({ timeoutMs, deadlineAtMs = Number.POSITIVE_INFINITY }: RpcCallOptions): number {
  return Math.min(Date.now() + timeoutMs, deadlineAtMs);
}

function metadataOf({ context, accessToken }: RpcCallOptions): Metadata {
  const metadata = new Metadata();
  metadata.set(metadataKeys.requestId, context.requestId);
  metadata.set(metadataKeys.traceparent, context.traceparent);
  if (accessToken !== undefined) metadata.set(metadataKeys.authorization, `Bearer ${accessToken}`);
  return metadata;
}

type Cancellation = {
  /** Whether this side gave the call up. */
  readonly requested: boolean;
  cancel(): void;
  /** Follows the caller's signal, which may have been aborted already, until told to forget it. */
  listen(): void;
  forget(): void;
};

function cancellationBy(signal: AbortSignal | undefined, cancelCall: () => void): Cancellation {
  let requested = false;
  function cancel() {
    requested = true;
    cancelCall();
  }
  return {
    get requested() {
      return requested;
    },
    cancel,
    listen() {
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    },
    forget: () => signal?.removeEventListener('abort', cancel),
  };
}

/** A call that is cancelled without our doing was cut by a server on its way down. */
function callError(thrown: unknown, { requested }: Cancellation): AppError {
  const error = fromGrpcError(thrown);
  return error.reason === 'CANCELLED' && !requested ? new AppError('UNAVAILABLE', { cause: thrown }) : error;
}
