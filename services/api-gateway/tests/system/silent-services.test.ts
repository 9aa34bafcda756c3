import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import type { ClientEvent } from '../../src/sockets/event.ts';
import { clientEvents } from '../../src/sockets/events.ts';
import { type Account, createAccount, type Device } from '../support/account.ts';
import { acceptedBy } from '../support/openapi-arbitrary.ts';

let sim: OllamaSim;
let system: System;
let account: Account;
let device: Device;

beforeAll(async () => {
  sim = await startOllamaSim();
  const env = { RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000', SETUP_TOKEN: setupToken };
  system = await startSystem({ ollamaUrl: sim.url, env });
  // An administrator, to whom no route is closed.
  account = await createAccount(system.url, { setupToken });
  device = await account.connect();
  // Their connections take everything and say nothing, like those to a machine that has lost its power.
  for (const name of services) system.signal(name, 'SIGSTOP');
}, 120_000);

afterAll(async () => {
  for (const name of services) system?.signal(name, 'SIGCONT');
  device?.[Symbol.dispose]();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const services = ['user-service', 'chat-service', 'ai-service'];
const setupToken = 'open sesame, open sesame';

/** Four times what the longest call may take, for a machine that is busy with other things. */
const answerTimeoutMs = 60_000;

/** Every other GET has a deadline of the edge. */
const unbounded = routes.filter(({ method, openEnded }) => method !== 'get' || openEnded === true);

it.concurrent('every request that the edge does not give up ends with a problem that says to try again', async () => {
  const answers = await Promise.all(unbounded.map(async (route) => [route, await call(route)] as const));
  for (const [{ method, path }, { status, body }] of answers) {
    expect([503, 504], `${method} ${path} answered ${status} ${JSON.stringify(body)}`).toContain(status);
    expect(body, `${method} ${path}`).toMatchObject({ retryable: true });
  }
});

it.concurrent('every socket event is acknowledged, and says to try again when it needs a service', async () => {
  const acks = await Promise.all(clientEvents.map(async (event) => [event.name, await emit(event)] as const));
  for (const [name, ack] of acks) {
    expect(ack, name).toMatchObject(answeredHere[name] ?? { ok: false, problem: { retryable: true } });
  }
});

/** What no service is asked for. */
const answeredHere: Readonly<Record<string, object>> = {
  'generation:unfollow': { ok: true },
  'conversation:close': { ok: true },
  'auth:refresh': { ok: false, problem: { reason: 'TOKEN_INVALID' } },
};

/** What is not made up from the schema of a route, because it is read as it comes or has a pattern. */
const contents: Readonly<Record<string, object>> = {
  'post /conversations/import': { title: 'One', messages: [] },
  'post /models/pull': { model: 'one' },
};

/**
 * A request that nothing but a service could refuse, on a connection of its own: one that was used before may be closed by the gateway in the
 * moment in which it is used again.
 */
async function call({ method, path, body }: Route) {
  const content = contents[`${method} ${path}`] ?? (body === undefined ? undefined : sample(body));
  const text = content === undefined ? '' : JSON.stringify(content);
  const request = http.request(`${system.url}/api/v1${path.replaceAll(/:\w+/g, () => randomUUID())}`, {
    method,
    headers: {
      authorization: `Bearer ${account.accessToken}`,
      cookie: `refresh=${account.refreshToken}`,
      'x-requested-with': 'test',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
    agent: false,
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  request.end(text);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: (await json(response)) as unknown };
}

async function emit({ name, input }: ClientEvent): Promise<unknown> {
  return await device.socket.timeout(answerTimeoutMs).emitWithAck(name, sample(input));
}

function sample(schema: z.ZodType): unknown {
  return fc.sample(acceptedBy(schema), { numRuns: 1, seed: 1 })[0];
}
