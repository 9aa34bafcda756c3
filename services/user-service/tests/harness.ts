import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type UserServiceDefinition, userServiceDefinition } from '@chatbot/proto';
import type { Session__Output } from '@chatbot/proto/chatbot/user/v1/Session';
import {
  createLogger,
  createRegistry,
  createRequestContext,
  createRpcClient,
  createRpcMetrics,
  type RpcClient,
} from '@chatbot/service-kit';
import { createTestDatabase, createTestRedis, type TestRedis } from '@chatbot/testkit';
import { loadUserServiceConfig } from '../src/config.ts';
import { startUserService } from '../src/service.ts';

const prismaDir = fileURLToPath(new URL('../prisma', import.meta.url));
export const password = 'a fine long password';
export const secondFactorKey = 'a key of second factors for the tests';
export const device = { userAgent: 'Test/1.0', ipAddress: '203.0.113.7' };

export type TestUserService = AsyncDisposable & {
  readonly client: RpcClient<UserServiceDefinition>;
  readonly databaseUrl: string;
  /** Takes the database away. */
  stopDatabase(): Promise<void>;
  readonly metricsUrl: string;
  /** Where it takes calls: host and port. */
  readonly rpcAddress: string;
  readonly redis: TestRedis;
  /** Moves the clock of sessions and tokens. */
  advance(ms: number): void;
  /** Everything logged so far. */
  logs(): string;
};

/** The real service over a database of its own, and a client. */
export async function startTestUserService(env: Record<string, string> = {}): Promise<TestUserService> {
  await using resources = new AsyncDisposableStack();
  const database = await createTestDatabase({ prismaDir });
  const stopDatabase = once(async () => database[Symbol.asyncDispose]());
  resources.defer(() => stopDatabase());
  const redis = resources.use(await createTestRedis());
  const signingKeyFile = await createSigningKeyFile();
  resources.defer(() => rm(path.dirname(signingKeyFile), { recursive: true }));
  const logged: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  let aheadMs = 0;
  const config = loadUserServiceConfig({
    NODE_ENV: 'test',
    GRPC_PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SIGNING_KEY_FILE: signingKeyFile,
    SECOND_FACTOR_KEYS: secondFactorKey,
    BCRYPT_COST: '4',
    ...env,
  });
  const logger = createLogger({ service: 'user-service', level: 'trace' }, sink);
  const now = () => new Date(Date.now() + aheadMs);
  const service = resources.use(await startUserService(config, { logger, now }));
  const rpcAddress = `127.0.0.1:${service.grpcPort}`;
  const client = resources.use(
    createRpcClient({
      definition: userServiceDefinition,
      peer: 'user-service',
      address: rpcAddress,
      metrics: createRpcMetrics(createRegistry('test')),
    }),
  );
  const started = resources.move();
  return {
    client,
    rpcAddress,
    databaseUrl: database.url,
    stopDatabase,
    redis,
    metricsUrl: `http://127.0.0.1:${service.metricsPort}`,
    advance(ms) {
      aheadMs += ms;
    },
    logs: () => logged.join(''),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

/** Options of a call, on behalf of the token's user when there is one. */
export function callOptions(accessToken?: string) {
  return { context: createRequestContext(), timeoutMs: 20_000, accessToken };
}

let addressCount = 0;

/** A registration with an address that no other has. */
export function newRegistration() {
  addressCount += 1;
  return { email: `person${addressCount}@example.org`, password, displayName: '', device };
}

/** Registers somebody new. */
export async function registerSomebody({ client }: TestUserService): Promise<SignedIn> {
  const { session } = await client.unary('Register', newRegistration(), callOptions());
  return signedIn(session);
}

export type SignedIn = Omit<Session__Output, 'user'> & { user: NonNullable<Session__Output['user']> };

/** The session of an answer, which always has one. */
export function signedIn(session: Session__Output | null): SignedIn {
  const user = session?.user ?? null;
  if (session === null || user === null) throw new Error('the answer has no session');
  return { ...session, user };
}

/** A new private key in a temporary folder of its own. */
export async function createSigningKeyFile(namedCurve = 'P-256'): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'signing-key-')), 'key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return file;
}
