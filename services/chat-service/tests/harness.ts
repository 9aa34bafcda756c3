import { fileURLToPath } from 'node:url';
import { AppError } from '@chatbot/errors';
import { type ChatServiceDefinition, chatServiceDefinition } from '@chatbot/proto';
import type { CompleteGenerationRequest } from '@chatbot/proto/chatbot/chat/v1/CompleteGenerationRequest';
import type { Message__Output } from '@chatbot/proto/chatbot/chat/v1/Message';
import type { PostMessageRequest } from '@chatbot/proto/chatbot/chat/v1/PostMessageRequest';
import type { PostMessageResponse__Output } from '@chatbot/proto/chatbot/chat/v1/PostMessageResponse';
import {
  createLogger,
  createRegistry,
  createRequestContext,
  createRpcClient,
  createRpcMetrics,
  type RpcCallOptions,
  type RpcClient,
} from '@chatbot/service-kit';
import { createTestDatabase, createTestRedis, createTestTokens, type TestRedis } from '@chatbot/testkit';
import { v7 as uuidv7 } from 'uuid';
import { loadChatConfig } from '../src/config.ts';
import { startChatService } from '../src/service.ts';

export const prismaDir = fileURLToPath(new URL('../prisma', import.meta.url));

/** Somebody who calls rpcs: pass it as the options of a call. */
export type Caller = RpcCallOptions & { readonly userId: string };

/** The whole service on backing services of its own. */
export type TestChatService = AsyncDisposable & {
  readonly client: RpcClient<ChatServiceDefinition>;
  readonly databaseUrl: string;
  readonly metricsUrl: string;
  /** Of the gRPC server. */
  readonly address: string;
  readonly redis: TestRedis;
  /** A new user. */
  newUser(): Caller;
  /** Everything logged so far. */
  logs(): string;
};

/** `reach` may put something between the service and its database; it gets the URL of one and returns that of the other. */
export async function startTestChatService(
  env: Record<string, string> = {},
  reach: (databaseUrl: string) => Promise<string> = async (databaseUrl) => databaseUrl,
): Promise<TestChatService> {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase({ prismaDir }));
  const redis = resources.use(await createTestRedis());
  const tokens = resources.use(await createTestTokens());
  const logged: string[] = [];
  const logger = createLogger({ service: 'chat-service', level: 'trace' }, { write: (line) => logged.push(line) });
  const config = loadChatConfig({
    NODE_ENV: 'test',
    GRPC_PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: await reach(database.url),
    REDIS_URL: redis.url,
    JWKS_URL: tokens.jwksUrl,
    ...env,
  });
  const service = resources.use(await startChatService(config, logger));
  const address = `127.0.0.1:${service.grpcPort}`;
  const client = resources.use(
    createRpcClient({
      definition: chatServiceDefinition,
      peer: 'chat-service',
      address,
      metrics: createRpcMetrics(createRegistry('test')),
    }),
  );
  const started = resources.move();
  return {
    client,
    address,
    redis,
    databaseUrl: database.url,
    metricsUrl: `http://127.0.0.1:${service.metricsPort}`,
    newUser() {
      const userId = uuidv7();
      return { userId, ...asService(), accessToken: tokens.sign({ userId }) };
    },
    logs: () => logged.join(''),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The options of a call that a service makes for itself. */
export function asService(): RpcCallOptions {
  return { context: createRequestContext(), timeoutMs: 20_000 };
}

export type PostedTurn = ReturnType<typeof turnIds> & { response: PostMessageResponse__Output };

/** Posts a message; its clientMessageId is new unless given. */
export async function post(
  { client }: TestChatService,
  { caller, ...request }: PostMessageRequest & { caller: Caller },
): Promise<PostedTurn> {
  const response = await client.unary(
    'PostMessage',
    { clientMessageId: uuidv7(), content: 'Hello', ...request },
    caller,
  );
  return { ...turnIds(response), response };
}

/** The ids of a turn. */
export function turnIds({ turn }: Pick<PostMessageResponse__Output, 'turn'>) {
  const { conversation, userMessage, assistantMessage, generationId } = present(turn);
  return {
    conversationId: present(conversation).id,
    userMessageId: present(userMessage).id,
    assistantMessageId: present(assistantMessage).id,
    generationId: present(generationId),
  };
}

/** Ends a generation, completed unless the request says otherwise. */
export function complete({ client }: TestChatService, request: CompleteGenerationRequest) {
  return client.unary(
    'CompleteGeneration',
    { fence: 1, seq: 9, status: 'completed', content: 'A reply', model: 'demo', ...request },
    asService(),
  );
}

/** Posts a message and ends its reply. */
export async function exchange(
  chat: TestChatService,
  { reply = 'A reply', ...request }: PostMessageRequest & { caller: Caller; reply?: string },
): Promise<PostedTurn> {
  const turn = await post(chat, request);
  await complete(chat, { generationId: turn.generationId, content: reply });
  return turn;
}

/** What a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<AppError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** A part of an answer that must be there. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('a part of the answer is absent');
  return value;
}

/** A listed message as the other rpcs return it: a list alone says where it stands and what it was asked for with. */
export function asUnlisted(message: Message__Output): Message__Output {
  return { ...message, siblingIds: [], feedback: null, persona: '', parameters: null };
}
