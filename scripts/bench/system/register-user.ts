import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export interface Credentials {
  email: string;
  password: string;
}

const retriesMax = 20;
const retryDelayMs = 500;

const sessionSchema = z.object({ accessToken: z.string() });

/** Makes an account at a gateway and signs it in. Rejects with what the gateway answered when it refuses. */
export async function registerUser(gatewayUrl: string): Promise<{ accessToken: string; credentials: Credentials }> {
  const credentials = { email: `${randomUUID()}@bench.example`, password: `Bench ${randomUUID()}` };
  let response = await post(`${gatewayUrl}/api/v1/auth/register`, credentials);
  // Registrations are what costs most and are not what is measured; a busy machine refuses some.
  for (let retry = 0; response.status === 503 && retry < retriesMax; retry += 1) {
    await delay(retryDelayMs);
    response = await post(`${gatewayUrl}/api/v1/auth/register`, credentials);
  }
  if (!response.ok) throw new Error(`registering answered ${response.status}: ${await response.text()}`);
  return { ...sessionSchema.parse(await response.json()), credentials };
}

/** Opens one more session of an account. Resolves with the status, whatever it is. */
export async function signIn(gatewayUrl: string, credentials: Credentials): Promise<{ status: number }> {
  const response = await post(`${gatewayUrl}/api/v1/auth/login`, credentials);
  await response.arrayBuffer();
  return { status: response.status };
}

function post(url: string, credentials: Credentials): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...credentials, tokenDelivery: 'body' }),
  });
}
