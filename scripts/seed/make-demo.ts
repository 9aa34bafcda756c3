import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SeedOptionError } from './options.ts';

const conversations = [
  {
    folder: 'Work',
    tags: ['writing'],
    pinned: true,
    persona: 'professional',
    texts: ['Draft a note that the meeting moves to Monday', 'Shorter, please'],
  },
  {
    folder: 'Work',
    tags: ['code'],
    pinned: false,
    persona: 'analytical',
    texts: ['Write a TypeScript function that groups a list by a key'],
  },
  {
    folder: 'Home',
    tags: ['ideas'],
    pinned: false,
    persona: 'creative',
    texts: ['Name a boat that is also a library', 'And its cat?'],
  },
  {
    folder: undefined,
    tags: [],
    pinned: false,
    persona: 'assistant',
    texts: ['What is 17 * 23?', 'Why is the sky blue?'],
  },
];

const idSchema = z.object({ id: z.string() });
const turnSchema = z.object({ conversationId: z.string(), generationId: z.string() });
const sessionSchema = z.object({ accessToken: z.string() });

/** Makes an account with conversations, each reply written by the model of the system, by what any client may do. */
export async function makeDemo(
  options: { url: string; email: string; password: string | undefined },
  say: (text: string) => void,
): Promise<void> {
  const { url, email } = options;
  const password = options.password ?? `demo ${randomUUID()}`;
  const token = await signIn({ url, email, password });
  const api = async (method: string, path: string, body?: unknown) => {
    const answer = await call({ url, method, path, body, token });
    if (!answer.ok) throw new SeedOptionError(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const folders = new Map<string, string>();
  for (const { folder, tags, pinned, persona, texts } of conversations) {
    if (folder !== undefined && !folders.has(folder)) {
      folders.set(folder, idSchema.parse(await (await api('POST', '/folders', { name: folder })).json()).id);
    }
    let conversationId = 'new';
    for (const content of texts) {
      const message = { clientMessageId: randomUUID(), content, persona };
      const turn = turnSchema.parse(
        await (await api('POST', `/conversations/${conversationId}/messages`, message)).json(),
      );
      conversationId = turn.conversationId;
      // The stream ends with the reply.
      await (await api('GET', `/generations/${turn.generationId}/stream`)).text();
    }
    const folderId = folder === undefined ? undefined : folders.get(folder);
    await api('POST', '/conversations/bulk', {
      action: 'arrange',
      ids: [conversationId],
      pinned,
      tags,
      ...(folderId === undefined ? {} : { folderId }),
    });
    say(`${texts[0]} …`);
  }
  say(`Sign in at ${url} as ${email}${options.password === undefined ? ` with the password "${password}"` : ''}.`);
}

/** The account is made when it is not there. */
async function signIn(account: { url: string; email: string; password: string }): Promise<string> {
  const { url, email, password } = account;
  const body = { email, password, tokenDelivery: 'body' };
  const registered = await call({ url, method: 'POST', path: '/auth/register', body });
  if (registered.ok) return sessionSchema.parse(await registered.json()).accessToken;
  const signedIn = await call({ url, method: 'POST', path: '/auth/login', body });
  if (signedIn.ok) return sessionSchema.parse(await signedIn.json()).accessToken;
  throw new SeedOptionError(`Neither making the account ${email} nor signing in worked: ${await signedIn.text()}`);
}

async function call(request: { url: string; method: string; path: string; body?: unknown; token?: string }) {
  const { url, method, path, body, token } = request;
  try {
    return await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new SeedOptionError(`Nothing answers at ${url}. Start it with pnpm start, or name it with --url.`);
  }
}
