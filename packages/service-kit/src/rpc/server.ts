import { AppError } from '@chatbot/errors';
import { packageDefinition } from '@chatbot/proto';
import {
  Metadata,
  ResponderBuilder,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, service as healthService } from 'grpc-health-check';
import { checkHealth, type HealthCheck } from '../health.ts';
import { type ServiceName, serviceNames } from '../service-name.ts';
import type { Tls } from '../tls/tls.ts';
import { type AdapterDeps, toGrpcHandler } from './adapter.ts';
import { type CallerRules, requireCallers } from './callers.ts';
import type { RpcHandlers, StreamRpc, UnaryRpc } from './handlers.ts';
import { metadataKeys } from './metadata.ts';
import { createRunningCalls, type RunningCalls } from './running-calls.ts';

export type RpcServer = AsyncDisposable & { readonly port: number };

export type RpcServerOptions<Definition extends ServiceDefinition> = AdapterDeps & {
  definition: Definition;
  handlers: RpcHandlers<Definition>;
  /** The services that may call, told by their certificates, so only with `tls`. An rpc may name others for itself. */
  callers: readonly ServiceName[];
  /** Without, calls are in plaintext and come from anybody who reaches the port. */
  tls?: Tls | undefined;
  /** Told to every caller in a header. */
  version: string;
  host: string;
  port: number;
  /** What the service needs; grpc.health.v1 follows it. */
  checks: readonly HealthCheck[];
  /** How long running calls may go on when the server is disposed of, in milliseconds; keep it below the grace period. Default 5,000. */
  drainMs?: number;
  /** After about this long a client is asked to connect anew, in milliseconds. Default 10 minutes. */
  connectionAgeMs?: number;
};

/** Requests and responses over this are refused: a long branch of long messages fits. */
export const messageBytesMax = 16 * 1024 * 1024;

const healthIntervalMs = 2_000;
const drainMsDefault = 5_000;
/** Connections live so long, give or take a tenth, so that replicas which were added get their share of the calls. */
const connectionAgeMsDefault = 600_000;
/** The calls of a connection that is too old may go on for as long as the longest reply. */
const connectionAgeGraceMs = 1_800_000;
/** Enough to hand the last bytes over. */
const flushMs = 500;

/**
 * Serves one gRPC service with health (grpc.health.v1) and reflection beside it. Disposing of it drains it: health says
 * NOT_SERVING, no call is accepted any more, running ones may finish for `drainMs` and then end with UNAVAILABLE.
 */
export async function startRpcServer<Definition extends ServiceDefinition>(
  options: RpcServerOptions<Definition>,
): Promise<RpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.max_connection_age_ms': options.connectionAgeMs ?? connectionAgeMsDefault,
    'grpc.max_connection_age_grace_ms': connectionAgeGraceMs,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    interceptors: [
      ...(options.tls === undefined ? [] : [requireCallers(callerRules(options), options)]),
      announceVersion(options.version),
    ],
  });
  const running = createRunningCalls();
  const service = serviceName(options.definition);
  server.addService(sendingBuffers(options.definition), implementation(options, running));
  const health = new HealthImplementation();
  health.addToServer(server);
  new ReflectionService(packageDefinition, { services: [service] }).addToServer(server);
  const port = await bind(server, options);
  const reporting = await reportHealth(options.checks, (state) => {
    for (const name of ['', service]) health.setStatus(name, state);
  });

  return {
    port,
    async [Symbol.asyncDispose]() {
      reporting.stop();
      await drain({ server, running, drainMs: options.drainMs ?? drainMsDefault });
    },
  };
}

function serviceName(definition: ServiceDefinition): string {
  const name = Object.values(definition)[0]?.path.split('/')[1];
  if (name === undefined) throw new Error('a service without methods cannot be served');
  return name;
}

/** Every service may ask for health; what there is to call concerns those who may call it. */
function callerRules<Definition extends ServiceDefinition>(options: RpcServerOptions<Definition>): CallerRules {
  const { definition, callers } = options;
  const handlers = handlersByName(options);
  return new Map([
    ...Object.entries(definition).map(([name, { path }]) => [path, handlers[name]?.callers ?? callers] as const),
    ...Object.values(healthService).map(({ path }) => [path, serviceNames] as const),
    ...reflectionPaths.map((path) => [path, callers] as const),
  ]);
}

/** The handlers by names that were read at run time, of which any may have none. */
function handlersByName<Definition extends ServiceDefinition>({
  handlers,
}: RpcServerOptions<Definition>): Readonly<Record<string, UnaryRpc<unknown> | StreamRpc<unknown>>> {
  return handlers;
}

const reflectionPaths = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

/** The adapter serializes, so that a response that does not fit is an error of the handler and is logged as one. */
function sendingBuffers(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [
      name,
      { ...method, responseSerialize: (bytes: Buffer) => bytes },
    ]),
  );
}

function implementation<Definition extends ServiceDefinition>(
  options: RpcServerOptions<Definition>,
  running: RunningCalls,
) {
  const { definition } = options;
  const handlers = handlersByName(options);
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`${method.path} has no handler`);
      if (handler.access === 'user' && options.accessTokens === undefined) {
        throw new Error(`${method.path} needs a verifier of access tokens`);
      }
      const serialize = (response: unknown) => method.responseSerialize(response);
      return [name, toGrpcHandler(handler, { ...options, method: method.path.slice(1), serialize, running })];
    }),
  );
}

/** Tells the state at once and whenever it changes, checked every 2 s, and NOT_SERVING when stopped. */
async function reportHealth(checks: readonly HealthCheck[], tell: (state: 'SERVING' | 'NOT_SERVING') => void) {
  let told: boolean | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function report(ready: boolean) {
    if (ready !== told) tell(ready ? 'SERVING' : 'NOT_SERVING');
    told = ready;
  }
  // One check after the other: an old one that was slow must not overrule a newer one.
  async function follow() {
    const { ready } = await checkHealth(checks);
    if (stopped) return;
    report(ready);
    timer = setTimeout(() => void follow(), healthIntervalMs);
  }
  await follow();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      report(false);
    },
  };
}

function bind(
  server: Server,
  { host, port, tls }: { host: string; port: number; tls?: Tls | undefined },
): Promise<number> {
  const credentials = tls?.serverCredentials() ?? ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

/**
 * Lets running calls finish for a while, then ends them in a way that tells the callers to try elsewhere. What is left after
 * that (health watchers, callers that do not read, handlers that do not heed their signal) is cut. A connection that stays open even then, because
 * its other end does not answer, is left to it: whoever reaches the port could hold up the shutdown otherwise.
 */
async function drain(options: { server: Server; running: RunningCalls; drainMs: number }): Promise<void> {
  const { server, running, drainMs } = options;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  server.tryShutdown(() => close());
  const cut = () => {
    server.forceShutdown();
    timers.push(setTimeout(close, flushMs));
  };
  const timers: NodeJS.Timeout[] = [
    setTimeout(() => running.abort(new AppError('UNAVAILABLE')), drainMs),
    setTimeout(cut, drainMs + flushMs),
  ];
  void running.idle().then(() => timers.push(setTimeout(cut, flushMs)));
  await closed;
  for (const timer of timers) clearTimeout(timer);
}

/** Sends the version with the first bytes of every answer, the health check's too. */
function announceVersion(version: string): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(
      call,
      new ResponderBuilder()
        .withSendMetadata((metadata, next) => {
          const announced = metadata instanceof Metadata ? metadata : new Metadata();
          announced.set(metadataKeys.serviceVersion, version);
          next(announced);
        })
        .build(),
    );
}
