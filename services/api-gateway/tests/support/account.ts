import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@chatbot/testkit';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { Parameters } from '../../src/clients/resources/parameters.ts';
import type { Frame } from '../../src/generation/frame.ts';
import { sessionSchema } from '../../src/http/auth/session.ts';
import { type TurnIds, turnSchema } from '../../src/turns/post-turn.ts';

const ackSchema = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), problem: z.looseObject({ reason: z.string(), status: z.number() }) }),
]);

export type Ack = z.infer<typeof ackSchema>;

export type ApiAnswer = { status: number; headers: Headers; body: unknown };

/** What a person does, over the public surface alone. */
export type Account = {
  readonly email: string;
  readonly password: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  connect(options?: { gateway?: string }): Promise<Device>;
};

/** One connection, with everything that it was sent. */
export type Device = Disposable & {
  readonly socket: Socket;
  /** Sends an event; resolves with its ack, good or bad. */
  emit(event: string, payload: unknown): Promise<Ack>;
  /** Sends a message; resolves with the ids. */
  send(message: {
    content: string;
    model?: string;
    clientMessageId?: string;
    conversationId?: string;
    persona?: string;
    params?: Parameters;
  }): Promise<TurnIds>;
  /** The frames of a generation, in the order in which they came. */
  frames(generationId: string): readonly Frame[];
  text(generationId: string): string;
  /** Asks for a reply from its first frame on, until the gateway has what it needs for that: it may just have got it back. */
  follow(generationId: string, timeoutMs?: number): Promise<unknown>;
  /** Resolves with the end frame. */
  ended(generationId: string, timeoutMs?: number): Promise<Extract<Frame, { type: 'end' }>>;
  received(event: string): readonly unknown[];
};

/** A random answer in JSON. */
export async function callApi(
  url: string,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<ApiAnswer> {
  const { body, headers = {} } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : parseJson(text) };
}

const refusalsMax = 20;

/** What is refused because too many passwords wait to be hashed is asked again when the answer says so, as a client does. */
export async function admitted(call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (let refusals = 0; ; refusals += 1) {
    const answer = await call();
    if (answer.status !== 503 || refusals === refusalsMax) return answer;
    await delay(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** With the setup token of the installation, it is the first administrator's. */
export async function createAccount(url: string, { setupToken }: { setupToken?: string } = {}): Promise<Account> {
  const email = `${randomUUID()}@example.com`;
  const password = `a sound ${randomUUID()}`;
  const { status, body } = await admitted(() =>
    callApi(url, 'POST', '/api/v1/auth/register', { body: { email, password, tokenDelivery: 'body', setupToken } }),
  );
  if (status !== 201) throw new Error(`register answered ${status}: ${JSON.stringify(body)}`);
  const { accessToken, refreshToken = '', user } = sessionSchema.parse(body);
  return {
    email,
    password,
    userId: user.id,
    accessToken,
    refreshToken,
    request: (method, path, requestBody, headers) =>
      callApi(url, method, `/api/v1${path}`, {
        ...(requestBody === undefined ? {} : { body: requestBody }),
        headers: { authorization: `Bearer ${accessToken}`, ...headers },
      }),
    connect: ({ gateway = url } = {}) => connectDevice(gateway, accessToken),
  };
}

export async function connectDevice(url: string, token: string): Promise<Device> {
  const socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false });
  const frames = new Map<string, Frame[]>();
  const events = new Map<string, unknown[]>();
  socket.onAny((event: string, payload: unknown) => {
    events.set(event, [...(events.get(event) ?? []), payload]);
  });
  socket.on('generation:frame', (frame: Frame) => {
    const list = frames.get(frame.generationId) ?? [];
    list.push(frame);
    frames.set(frame.generationId, list);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });

  async function emit(event: string, payload: unknown): Promise<Ack> {
    return ackSchema.parse(await socket.timeout(20_000).emitWithAck(event, payload));
  }

  return {
    socket,
    emit,
    async send({ clientMessageId = randomUUID(), ...message }) {
      const ack = await emit('message:send', { clientMessageId, ...message });
      if (!ack.ok) throw new Error(`message:send was refused: ${JSON.stringify(ack.problem)}`);
      return turnSchema.parse(ack.data);
    },
    frames: (generationId) => frames.get(generationId) ?? [],
    text: (generationId) => textOf(frames.get(generationId) ?? []),
    follow: (generationId, timeoutMs = 20_000) =>
      waitFor(async () => (await emit('generation:follow', { generationId, lastSeq: 0 })).ok, {
        description: `${generationId} can be followed`,
        timeoutMs,
      }),
    ended: (generationId, timeoutMs = 20_000) =>
      waitFor(
        () => {
          const last = frames.get(generationId)?.at(-1);
          return last?.type === 'end' ? last : undefined;
        },
        { description: `the end of ${generationId}`, timeoutMs },
      ),
    received: (event) => events.get(event) ?? [],
    [Symbol.dispose]: () => void socket.disconnect(),
  };
}

export function textOf(frames: readonly Frame[]): string {
  return frames.map((frame) => (frame.type === 'delta' ? frame.text : '')).join('');
}

/** The numbers of frames that are just what a client may see: from `first` on, each once, in order. */
export function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_unused, index) => first + index);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
