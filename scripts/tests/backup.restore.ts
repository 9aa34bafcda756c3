import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { createDatabaseOn, startPostgresCluster, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { rootDir } from '../root-dir.ts';
import { type ProgramResult, runProgram } from '../run-program.ts';

type Databases = { USER_DATABASE_URL: string; CHAT_DATABASE_URL: string };

const stack = new AsyncDisposableStack();
const dir = mkdtempSync(join(tmpdir(), 'restore-test-'));
const backupDir = join(dir, 'backup');
const account = { email: `${randomUUID()}@example.com`, password: `restore ${randomUUID()}`, tokenDelivery: 'body' };
let sim: OllamaSim;
let original: Databases;
let empty: Databases;
let before: unknown;

async function createDatabases(serverUrl: string): Promise<Databases> {
  const [users, chat] = [await createDatabaseOn(serverUrl), await createDatabaseOn(serverUrl)];
  stack.use(users);
  stack.use(chat);
  return { USER_DATABASE_URL: users.url, CHAT_DATABASE_URL: chat.url };
}

function script(name: 'backup' | 'restore', databases: Databases, folder = backupDir): Promise<ProgramResult> {
  return runProgram({ command: join(rootDir, 'scripts', `${name}.sh`), args: [folder], cwd: dir, env: databases });
}

const tokenSchema = z.object({ accessToken: z.string() });
const listSchema = z.object({ items: z.array(z.object({ id: z.string(), title: z.string() })) });

/** Signs in as the account, by way of registering or of the password. */
async function signIn(url: string, way: 'register' | 'login') {
  const answer = await call(`${url}/api/v1/auth/${way}`, { body: account });
  const { accessToken } = tokenSchema.parse(answer);
  return (path: string, body?: unknown) => call(`${url}/api/v1${path}`, { accessToken, body });
}

async function call(url: string, { accessToken, body }: { accessToken?: string; body?: unknown }): Promise<unknown> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}

/** All that a person sees of their conversations, and what a search finds in them. */
async function readEverything(get: (path: string) => Promise<unknown>): Promise<unknown> {
  const conversations = await get('/conversations');
  const { items } = listSchema.parse(conversations);
  const messages = await Promise.all(items.map(({ id }) => get(`/conversations/${id}/messages`)));
  return { conversations, messages, found: await get('/search?q=lighthouse') };
}

beforeAll(async () => {
  sim = stack.use(await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: 'The lamp is lit.' } } }));
  const cluster = stack.use(await startPostgresCluster());
  original = await createDatabases(cluster.url);
  empty = await createDatabases(cluster.url);
  await using system = await startSystem({ ollamaUrl: sim.url, env: { ...original, DEFAULT_MODEL: 'short:latest' } });
  const request = await signIn(system.url, 'register');
  for (const content of ['Who keeps the lighthouse?', 'Grüße 👋🏽 from the sea']) {
    // Answered with the whole stream: the reply is stored when it ends.
    await request('/conversations/new/messages', { clientMessageId: randomUUID(), content });
  }
  const titles = async () => listSchema.parse(await request('/conversations')).items.map(({ title }) => title);
  // Nothing changes any more when the model has named both.
  await waitFor(async () => (await titles()).every((title) => title === 'The lamp is lit'), {
    description: 'the titles',
  });
  before = await readEverything(request);
  const { code, output } = await script('backup', original);
  if (code !== 0) throw new Error(output);
});

afterAll(async () => {
  await stack.disposeAsync();
  rmSync(dir, { recursive: true, force: true });
});

it('a backup restored into empty databases gives the same account, conversations, messages and search results', async () => {
  expect(await script('restore', empty)).toMatchObject({ code: 0 });
  await using system = await startSystem({ ollamaUrl: sim.url, env: { ...empty, DEFAULT_MODEL: 'short:latest' } });
  const after = await readEverything(await signIn(system.url, 'login'));
  expect(after).toEqual(before);
  expect(JSON.stringify(after)).toContain('The lamp is lit.');
  expect(JSON.stringify(after)).toContain('Grüße 👋🏽 from the sea');
});

it('restores nothing into a database that holds something', async () => {
  expect(await script('restore', original)).toMatchObject({ code: 1, output: expect.stringContaining('not empty') });
});

it('writes no backup over another', async () => {
  const sums = readFileSync(join(backupDir, 'SHA256SUMS'), 'utf8');
  expect(await script('backup', original)).toMatchObject({
    code: 1,
    output: expect.stringContaining('exists already'),
  });
  expect(readFileSync(join(backupDir, 'SHA256SUMS'), 'utf8')).toBe(sums);
});

it('leaves no folder that looks like a backup when a database cannot be dumped', async () => {
  const gone = { ...original, USER_DATABASE_URL: `${original.USER_DATABASE_URL}_gone` };
  const folder = join(dir, 'half');
  expect((await script('backup', gone, folder)).code).not.toBe(0);
  expect(existsSync(folder)).toBe(false);
});

it('restores nothing from a backup that was damaged', async () => {
  const folder = join(dir, 'damaged');
  expect(await script('backup', original, folder)).toMatchObject({ code: 0 });
  writeFileSync(join(folder, 'chat.dump'), 'damaged');
  expect(await script('restore', empty, folder)).toMatchObject({ code: 1, output: expect.stringContaining('damaged') });
});
