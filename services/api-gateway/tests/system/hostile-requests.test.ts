import { request as httpRequest } from 'node:http';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, callApi, createAccount } from '../support/account.ts';
import { type Operation, operationsOf, requestArbitrary } from '../support/openapi-arbitrary.ts';

let sim: OllamaSim;
let system: System;
let account: Account;
let greedy: Account;
let other: Account;

const signInsPerMinute = 40;
const connectionsPerMinute = 30;
/** More than the tests above send in a minute, and few enough to be sent within one on any machine. */
const accountRequestsPerMinute = 500;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: 'A reply.' } } });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: {
      DEFAULT_MODEL: 'short:latest',
      RATE_LIMIT_REQUESTS_PER_MINUTE: '100000',
      RATE_LIMIT_SIGN_INS_PER_MINUTE: String(signInsPerMinute),
      RATE_LIMIT_MESSAGES_PER_MINUTE: '100000',
      RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE: String(accountRequestsPerMinute),
      RATE_LIMIT_CONNECTIONS_PER_MINUTE: String(connectionsPerMinute),
    },
    // Behind one proxy that is trusted; the first one trusts nobody.
    processEnv: { 'api-gateway-2': { TRUST_PROXY: '1' } },
  });
  account = await createAccount(system.url);
  greedy = await createAccount(system.url);
  other = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const problemType = 'application/problem+json';

/** Sends a path as it is; fetch would tidy it up. */
function getRaw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; text: string }> {
  const { hostname, port } = new URL(system.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    });
    request.once('error', reject).end();
  });
}

describe('a path', () => {
  it.each([
    '/../../../../etc/passwd',
    '/..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/assets/..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%c0%ae%c0%ae/package.json',
    '/api/v1/docs/..%2f..%2fpackage.json',
    '/api/v1/docs/%00',
    '/%00/etc/passwd',
    '/%ff',
    '//etc/passwd',
  ])('%s gives no file of the machine and no fault', async (path) => {
    const { status, text } = await getRaw(path);
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/root:|"devDependencies"|"dependencies"/);
    expect(text).not.toContain('/work');
  });
});

describe('a header', () => {
  it.each(['a b', '<script>', 'x'.repeat(200), '%0d%0aset-cookie:x=1', "';--"])(
    'x-request-id: %s is replaced and not repeated',
    async (value) => {
      const response = await fetch(`${system.url}/api/v1/users/me`, { headers: { 'x-request-id': value } });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.text()).not.toContain(value);
      expect(response.headers.get('set-cookie')).toBeNull();
    },
  );

  it('host of somebody else goes nowhere', async () => {
    const { text } = await getRaw('/api/v1/openapi.json', { host: 'evil.example' });
    expect(text).not.toContain('evil.example');
  });

  it('x-http-method-override and its kin change nothing', async () => {
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const { status } = await account.request('GET', '/conversations', undefined, { [name]: 'DELETE' });
      expect(status).toBe(200);
    }
  });
});

describe('what is slipped into a body or a query', () => {
  it.each([
    '{"displayName":"X","version":1,"role":"admin"}',
    '{"displayName":"X","version":1,"__proto__":{"role":"admin","isAdmin":true}}',
    '{"displayName":"X","version":1,"constructor":{"prototype":{"role":"admin"}}}',
  ])('%s gives no rights', async (text) => {
    const climber = await createAccount(system.gatewayUrls[1] ?? '');
    const response = await fetch(`${system.url}/api/v1/users/me`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${climber.accessToken}` },
      body: text,
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ role: 'user' });
    const { body } = await climber.request('GET', '/users/me');
    expect(body).toMatchObject({ role: 'user', displayName: 'X' });
    expect(body).not.toHaveProperty('isAdmin');
    expect((await climber.request('GET', '/admin/activity')).status).toBe(403);
  });

  it('__proto__ in a query reaches no object', async () => {
    const { status } = await account.request(
      'GET',
      '/conversations?__proto__[limit]=1&__proto__.limit=1&constructor=x',
    );
    expect(status).toBe(200);
  });
});

describe('X-Forwarded-For', () => {
  const attempt = (gateway: number, forwardedFor: string) =>
    callApi(system.gatewayUrls[gateway] ?? '', 'POST', '/api/v1/auth/refresh', {
      body: { refreshToken: 'x' },
      headers: { 'x-forwarded-for': forwardedFor },
    });

  it('of a proxy that is trusted tells clients apart', async () => {
    const statuses = new Set<number>();
    for (let time = 0; time <= signInsPerMinute + 5; time += 1) {
      // What a client puts in front of it is not believed.
      statuses.add((await attempt(1, `203.0.113.${time}, 198.51.100.7`)).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect((await attempt(1, '198.51.100.8')).status).toBe(401);
  });

  it('of anybody else does not make one client into many', async () => {
    let answer = await attempt(0, '203.0.113.1');
    for (let time = 0; time <= signInsPerMinute && answer.status !== 429; time += 1) {
      answer = await attempt(0, `203.0.113.${time}`);
    }
    expect(answer).toMatchObject({ status: 429, body: { reason: 'RATE_LIMITED' } });
  });
});

describe('the OpenAPI document, taken at its word and not', () => {
  it('leads to no request that fails on our side or is refused without a problem', async () => {
    const { body: document } = await callApi(system.url, 'GET', '/api/v1/openapi.json');
    const operations = operationsOf(document).filter(({ path }) => !path.startsWith('/api/v1/auth/'));
    expect(operations.length).toBeGreaterThan(20);
    const pick = fc
      .constantFrom(...operations)
      .chain((operation) => fc.tuple(fc.constant(operation), requestArbitrary(operation)));
    await fc.assert(
      fc.asyncProperty(pick, async ([operation, { url, body }]) => {
        const response = await fetch(`${system.url}${url}`, {
          method: operation.method.toUpperCase(),
          headers: {
            authorization: `Bearer ${account.accessToken}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
        });
        const text = await response.text();
        const known = documented(operation, response.status);
        expect({ url, body, status: response.status, text, known }).toMatchObject({ known: true });
        if (response.status >= 400) {
          expect(response.headers.get('content-type')).toContain(problemType);
          expect(JSON.parse(text)).toMatchObject({ status: response.status, reason: expect.any(String) });
        }
      }),
      { numRuns: 250 },
    );
    expect(system.exits()).toEqual([]);
  });
});

/** A success that the document names, or a fault of the request. */
function documented({ statuses }: Operation, status: number): boolean {
  return status < 400 ? statuses.includes(String(status)) : status < 500;
}

// Last: they use up what the tests above need.

it('one account has a limit of requests, wherever they come from, and others go on', async () => {
  let status = 200;
  for (let sent = 0; sent <= accountRequestsPerMinute && status === 200; sent += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => greedy.request('GET', '/users/me')));
    status = answers.find((answer) => answer.status !== 200)?.status ?? 200;
  }
  expect(status).toBe(429);
  expect((await other.request('GET', '/users/me')).status).toBe(200);
});

it('one address has a limit of new connections', async () => {
  const connect = () => {
    const socket = io(system.url, {
      auth: { token: account.accessToken },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    return new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('connect_error', () => resolve(false));
    }).finally(() => socket.disconnect());
  };
  const results: boolean[] = [];
  for (let time = 0; time <= connectionsPerMinute; time += 1) results.push(await connect());
  expect(results.at(0)).toBe(true);
  expect(results.at(-1)).toBe(false);
});
