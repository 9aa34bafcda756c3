import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const sessionSchema = z.object({ accessToken: z.string() });

/** Makes an account at a gateway and signs it in. Rejects with what the gateway answered when it refuses. */
export async function registerUser(gatewayUrl: string): Promise<{ accessToken: string }> {
  const response = await fetch(`${gatewayUrl}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${randomUUID()}@bench.example`,
      password: `Bench ${randomUUID()}`,
      tokenDelivery: 'body',
    }),
  });
  if (!response.ok) throw new Error(`registering answered ${response.status}: ${await response.text()}`);
  return sessionSchema.parse(await response.json());
}
