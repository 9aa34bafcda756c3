import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const sessionSchema = z.object({ accessToken: z.string() });
const turnSchema = z.object({ conversationId: z.string(), assistantMessageId: z.string(), generationId: z.string() });
const messagesSchema = z.object({
  items: z.array(z.object({ id: z.string(), content: z.string(), status: z.string() })),
});
const frameSchema = z.object({
  seq: z.number(),
  type: z.enum(['status', 'delta', 'end']),
  text: z.string().optional(),
  status: z.string().optional(),
});

export type Turn = z.infer<typeof turnSchema>;
export type Frame = z.infer<typeof frameSchema>;

/** Somebody who chats over the public surface of the system at a URL. */
export type Person = {
  /** Posts a message into a new conversation. */
  send(content: string): Promise<Turn>;
  /** The frames of a reply to its end, however often the connection is lost on the way. Throws after five minutes. */
  follow(turn: Turn): Promise<readonly Frame[]>;
  /** The reply as it is stored. */
  stored(turn: Turn): Promise<{ content: string; status: string }>;
  /** Imports a conversation with so many messages, each as long as one may be. Returns how many conversations were stored. */
  importConversation(messageCount: number): Promise<number>;
};

const followTimeoutMs = 300_000;

export async function register(url: string): Promise<Person & { email: string; password: string }> {
  const email = `${randomUUID()}@example.com`;
  const password = `compose ${randomUUID()}`;
  const person = await signInBy(`${url}/api/v1/auth/register`, { url, email, password });
  return { email, password, ...person };
}

export function signIn(url: string, account: { email: string; password: string }): Promise<Person> {
  return signInBy(`${url}/api/v1/auth/login`, { url, ...account });
}

type Account = { url: string; email: string; password: string };

async function signInBy(route: string, { url, email, password }: Account): Promise<Person> {
  const { accessToken } = sessionSchema.parse(
    await call(route, { method: 'POST', body: { email, password, tokenDelivery: 'body' } }),
  );
  const api = `${url}/api/v1`;

  async function followOnce(turn: Turn, frames: Frame[]): Promise<void> {
    const headers = { authorization: `Bearer ${accessToken}`, 'last-event-id': String(frames.at(-1)?.seq ?? 0) };
    const signal = AbortSignal.timeout(followTimeoutMs);
    const response = await fetch(`${api}/generations/${turn.generationId}/stream`, { headers, signal });
    if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) frames.push(...framesOf(event));
    }
  }

  return {
    async send(content) {
      const body = { clientMessageId: randomUUID(), content };
      const post = () => call(`${api}/conversations/new/messages`, { method: 'POST', body, accessToken });
      // The same clientMessageId: asking again never posts twice.
      return turnSchema.parse(await retried(post));
    },
    async follow(turn) {
      const frames: Frame[] = [];
      const deadlineMs = Date.now() + followTimeoutMs;
      while (frames.at(-1)?.type !== 'end') {
        if (Date.now() > deadlineMs) throw new Error(`no end after ${frames.length} frames`);
        await followOnce(turn, frames).catch(() => pause());
      }
      return frames;
    },
    async stored(turn) {
      const list = () => call(`${api}/conversations/${turn.conversationId}/messages`, { accessToken });
      const { items } = messagesSchema.parse(await retried(list));
      const message = items.find(({ id }) => id === turn.assistantMessageId);
      if (message === undefined) throw new Error('the reply is not among the messages of its conversation');
      return message;
    },
    async importConversation(messageCount) {
      const messages = Array.from({ length: messageCount }, (_, index) => ({
        id: `${index}`,
        parentId: index === 0 ? null : `${index - 1}`,
        role: index % 2 === 0 ? 'user' : 'assistant',
        content: 'x'.repeat(100_000),
      }));
      const conversations = [{ title: 'Imported', messages }];
      const body = { format: 'chatbot.conversations', version: 1, conversations };
      const answer = await call(`${api}/conversations/import`, { method: 'POST', body, accessToken });
      return z.object({ imported: z.number() }).parse(answer).imported;
    },
  };
}

/** Frames 1, 2, 3, … without a hole and each once, and the text that they make. */
export function textOf(frames: readonly Frame[]): string {
  frames.forEach(({ seq }, index) => {
    if (seq !== index + 1) throw new Error(`frame ${index + 1} has the number ${seq}`);
  });
  return frames.map(({ type, text }) => (type === 'delta' ? (text ?? '') : '')).join('');
}

function framesOf(event: string): Frame[] {
  const data = event.split('\n').find((line) => line.startsWith('data:'));
  return data === undefined ? [] : [frameSchema.parse(JSON.parse(data.slice(5)))];
}

const attemptsMax = 30;

async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      await pause();
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000));
}

type Call = { method?: string; body?: unknown; accessToken?: string };

async function call(url: string, { method = 'GET', body, accessToken }: Call): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
