import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, callApi, createAccount, type Device } from '../support/account.ts';

/** What the quality bar promises. */
const revocationMs = 5_000;

let sim: OllamaSim;
let system: System;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'short:latest': { kind: 'scripted', text: 'A reply.' },
      'endless:latest': { kind: 'scripted', text: 'word '.repeat(100_000), ratePerSecond: 20 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'short:latest', RATE_LIMIT_SIGN_INS_PER_MINUTE: '2000' },
  });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** A socket on each replica. */
function connectEverywhere(account: Account): Promise<Device[]> {
  return Promise.all(system.gatewayUrls.map((gateway) => account.connect({ gateway })));
}

async function expectEnded(devices: readonly Device[], cause: string) {
  await waitFor(() => devices.every(({ socket }) => !socket.connected), {
    description: `every socket is closed for ${cause}`,
    timeoutMs: revocationMs,
  });
  for (const device of devices) expect(device.received('session:ended')).toEqual([{ reason: 'TOKEN_REVOKED', cause }]);
}

const logout = ({ refreshToken }: Account) =>
  callApi(system.url, 'POST', '/api/v1/auth/logout', { body: { refreshToken } });

describe('a session that ends', () => {
  it('closes its sockets on every replica, and no others', async () => {
    const [leaving, staying] = await Promise.all([createAccount(system.url), createAccount(system.url)]);
    const ended = await connectEverywhere(leaving);
    using bystander = await staying.connect();
    await logout(leaving);
    await expectEnded(ended, 'logout');
    expect(bystander.socket.connected).toBe(true);
    await expect(leaving.connect()).rejects.toMatchObject({ data: { reason: 'TOKEN_REVOKED', status: 401 } });
  });

  it('is refused by every route of every replica', async () => {
    const account = await createAccount(system.url);
    await logout(account);
    const headers = { authorization: `Bearer ${account.accessToken}` };
    const ask = () =>
      Promise.all(
        system.gatewayUrls.flatMap((url) =>
          ['/users/me', '/conversations', '/models'].map((path) => callApi(url, 'GET', `/api/v1${path}`, { headers })),
        ),
      );
    const answers = await waitFor(
      async () => {
        const all = await ask();
        return all.every(({ status }) => status === 401) && all;
      },
      { description: 'every route refuses the token', timeoutMs: revocationMs },
    );
    for (const { body } of answers)
      expect(body).toMatchObject({ reason: 'TOKEN_REVOKED', metadata: { cause: 'logout' } });
  });

  it('ends a stream of server-sent events in the middle, with the reason', async () => {
    const account = await createAccount(system.url);
    const response = await fetch(`${system.url}/api/v1/conversations/new/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${account.accessToken}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ clientMessageId: randomUUID(), content: 'go on and on', model: 'endless:latest' }),
    });
    const reading = response.text();
    await sim.waitFor((request) => request.messages.at(-1)?.content === 'go on and on');
    await logout(account);
    const events = (await reading).split('\n\n').filter((event) => event !== '');
    expect(events.at(-1)).toMatch(/^event: error\ndata: .*"reason":"TOKEN_REVOKED"/);
  });
});
