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
import { HealthImplementation } from 'grpc-health-check';
import { checkHealth, type HealthCheck } from '../health.ts';
import { type AdapterDeps, toGrpcHandler } from './adapter.ts';
import type { RpcHandlers } from './handlers.ts';
import { metadataKeys } from './metadata.ts';

export type RpcServer = AsyncDisposable & { readonly port: number };

export type RpcServerOptions<Definition extends ServiceDefinition> = AdapterDeps & {
  definition: Definition;
  handlers: RpcHandlers<Definition>;
  /** Told to every caller in a header. */
  version: string;
  host: string;
  port: number;
  /** What the service needs; grpc.health.v1 follows it. */
  checks: readonly HealthCheck[];
};

/** Requests and responses over this are refused: a long branch of long messages fits. */
export const messageBytesMax = 16 * 1024 * 1024;

const healthIntervalMs = 2_000;
const drainMs = 5_000;

/** Serves one gRPC service with health (grpc.health.v1) and reflection beside it. Disposing of it drains it. */
export async function startRpcServer<Definition extends ServiceDefinition>(
  options: RpcServerOptions<Definition>,
): Promise<RpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    interceptors: [announceVersion(options.version)],
  });
  server.addService(options.definition, implementation(options));
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  new ReflectionService(packageDefinition).addToServer(server);
  const port = await bind(server, options);

  const followHealth = async () => {
    const { ready } = await checkHealth(options.checks);
    health.setStatus('', ready ? 'SERVING' : 'NOT_SERVING');
  };
  await followHealth();
  const timer = setInterval(() => void followHealth(), healthIntervalMs);

  return {
    port,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      health.setStatus('', 'NOT_SERVING');
      await drain(server);
    },
  };
}

function implementation<Definition extends ServiceDefinition>(options: RpcServerOptions<Definition>) {
  const { definition, handlers } = options;
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`${method.path} has no handler`);
      if (handler.access === 'user' && options.accessTokens === undefined) {
        throw new Error(`${method.path} needs a verifier of access tokens`);
      }
      return [name, toGrpcHandler(handler, { ...options, method: method.path.slice(1) })];
    }),
  );
}

function bind(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

/** Lets running calls finish for a while, then cuts the rest. */
async function drain(server: Server): Promise<void> {
  const timer = setTimeout(() => server.forceShutdown(), drainMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(timer);
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
