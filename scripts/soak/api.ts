import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const sessionSchema = z.object({ accessToken: z.string() });

const messageSchema = z.object({
  id: z.string(),
  role: z.string(),
  content: z.string(),
  status: z.string(),
  generationId: z.string().optional(),
});
const pageSchema = z.object({ items: z.array(messageSchema), nextCursor: z.string().nullable() });

export type StoredMessage = z.infer<typeof messageSchema>;

const timeoutMs = 10_000;

/** Makes an account. Throws with what the gateway answered when it refuses. */
export async function register(gatewayUrl: string): Promise<string> {
  const body = {
    email: `${randomUUID()}@soak.example`,
    password: `Soak ${randomUUID()}`,
    tokenDelivery: 'body',
  };
  const response = await patiently(() =>
    fetch(`${gatewayUrl}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  if (!response.ok) throw new Error(`registering answered ${response.status}: ${await response.text()}`);
  return sessionSchema.parse(await response.json()).accessToken;
}

/** All messages of a conversation as REST gives them. Throws when a page cannot be read. */
export async function listMessages(options: {
  gatewayUrl: string;
  accessToken: string;
  conversationId: string;
}): Promise<StoredMessage[]> {
  const { gatewayUrl, accessToken, conversationId } = options;
  const messages: StoredMessage[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await getJson(
      `${gatewayUrl}/api/v1/conversations/${conversationId}/messages?limit=100${query}`,
      accessToken,
    );
    const { items, nextCursor } = pageSchema.parse(page);
    messages.unshift(...items);
    cursor = nextCursor;
  }
  return messages;
}

/** The whole stream of server-sent events of a generation that has ended. */
export async function readEvents(options: {
  gatewayUrl: string;
  accessToken: string;
  generationId: string;
}): Promise<unknown[]> {
  const { gatewayUrl, accessToken, generationId } = options;
  const response = await get(`${gatewayUrl}/api/v1/generations/${generationId}/stream`, accessToken);
  const text = await response.text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
}

async function getJson(url: string, accessToken: string): Promise<unknown> {
  return await (await get(url, accessToken)).json();
}

async function get(url: string, accessToken: string): Promise<Response> {
  const response = await patiently(() =>
    fetch(url, { headers: { authorization: `Bearer ${accessToken}` }, signal: AbortSignal.timeout(timeoutMs) }),
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

const busyStatus = 503;
const attemptsMax = 20;
const pauseMs = 1_000;

/** Asks again while the system says that it is busy: a machine that runs a soak is. Returns the last answer. */
async function patiently(ask: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await ask();
    if (response.status !== busyStatus || attempt === attemptsMax) return response;
    await response.body?.cancel();
    await delay(pauseMs);
  }
}
