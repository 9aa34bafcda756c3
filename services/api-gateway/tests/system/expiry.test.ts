import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { sessionSchema } from '../../src/http/auth/session.ts';
import { callApi, createAccount, type Device } from '../support/account.ts';

/** Within the last minute of its life, of which a client is told, from its first second on. */
const accessTokenSeconds = 60;

let sim: OllamaSim;
let system: System;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: 'A reply.' } } });
  system = await startSystem({
    ollamaUrl: sim.url,
    env: { DEFAULT_MODEL: 'short:latest', ACCESS_TOKEN_SECONDS: String(accessTokenSeconds) },
  });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** When a token ends, in ISO 8601. */
function endOf(accessToken: string): string {
  const payload: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  return new Date(z.object({ exp: z.number() }).parse(payload).exp * 1_000).toISOString();
}

function warnings(device: Device, count: number) {
  return waitFor(() => device.received('session:expiring').length >= count && device.received('session:expiring'), {
    description: `${count} warnings have come`,
    timeoutMs: 30_000,
  });
}

it('a socket is told when its token is about to end, once for each token, and goes on with the next', async () => {
  const account = await createAccount(system.url);
  using device = await account.connect();
  const first = { at: endOf(account.accessToken) };
  expect(await warnings(device, 1)).toEqual([first]);

  // Tokens of the same second end together.
  let { refreshToken } = account;
  const renewed = await waitFor(
    async () => {
      const { body } = await callApi(system.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken } });
      const session = sessionSchema.parse(body);
      refreshToken = session.refreshToken ?? '';
      return endOf(session.accessToken) !== first.at && session.accessToken;
    },
    { description: 'a token that ends later', timeoutMs: 20_000 },
  );
  expect(await device.emit('auth:refresh', { token: renewed })).toMatchObject({ ok: true });
  expect(await warnings(device, 2)).toEqual([first, { at: endOf(renewed) }]);
  expect(device.socket.connected).toBe(true);
});
