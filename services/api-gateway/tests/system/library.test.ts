import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { searchHitSchema } from '../../src/clients/resources/search-hit.ts';
import { type Account, createAccount, type Device } from '../support/account.ts';

// What people keep their conversations in order with, over REST and as other sessions hear of it.

let sim: OllamaSim;
let system: System;
let account: Account;
let device: Device;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: { 'short:latest': { kind: 'scripted', text: 'Penguins live in Antarctica.' } },
  });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'short:latest' } });
  account = await createAccount(system.url);
  device = await account.connect();
}, 120_000);

afterAll(async () => {
  device?.[Symbol.dispose]();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

async function exchange(content: string) {
  const turn = await device.send({ content });
  await device.ended(turn.generationId);
  return turn;
}

/** Changes a conversation as a client does: on a conflict (a title comes after the first reply) it reads again. */
function change(conversationId: string, changes: object) {
  const path = `/conversations/${conversationId}`;
  return waitFor(
    async () => {
      const { version } = (await account.request('GET', path)).body as { version: number };
      const answer = await account.request('PATCH', path, { version, ...changes });
      return answer.status === 409 ? undefined : { ...answer, version };
    },
    { description: 'the change is taken' },
  );
}

it('a reply is found when it has ended, with the places that were found', async () => {
  const turn = await exchange('Where do they live?');
  const found = await waitFor(
    async () => {
      const { body } = await account.request('GET', '/search?q=penguin&role=assistant');
      return z.object({ items: z.array(searchHitSchema) }).parse(body).items[0];
    },
    { description: 'the reply is found' },
  );
  expect(found).toMatchObject({
    conversationId: turn.conversationId,
    messageId: turn.assistantMessageId,
    role: 'assistant',
    snippet: { text: 'Penguins live in Antarctica.', highlights: [{ start: 0, end: 8 }] },
  });
  const corrected = await account.request('GET', '/search?q=antartica&role=assistant');
  expect(corrected.body).toMatchObject({
    correctedQuery: 'antarctica',
    items: [{ conversationId: turn.conversationId }],
  });
  const nothing = await account.request('GET', '/search?q=-penguin');
  expect(nothing).toMatchObject({ status: 400, body: { reason: 'VALIDATION_FAILED', errors: [{ field: 'q' }] } });
});

it('a change of an old version is answered with the conversation as it is now', async () => {
  const { conversationId } = await exchange('Which version?');
  const won = await change(conversationId, { title: 'Won', tags: ['one', 'One'] });
  expect(won).toMatchObject({ status: 200, body: { title: 'Won', tags: ['one'] } });
  const lost = await account.request('PATCH', `/conversations/${conversationId}`, {
    version: won.version,
    title: 'Lost',
  });
  expect(lost).toMatchObject({ status: 409, body: { reason: 'VERSION_CONFLICT', current: won.body } });
});

it('folders hold conversations, are renamed at a version, and let go of what they held', async () => {
  const { conversationId } = await exchange('Put me away');
  const { body: folder } = await account.request('POST', '/folders', { name: 'Work' });
  const { id: folderId } = folder as { id: string };
  const moved = await change(conversationId, { folderId });
  expect(moved.body).toMatchObject({ folderId });
  expect((await account.request('GET', `/conversations?folderId=${folderId}`)).body).toMatchObject({
    items: [{ id: conversationId }],
  });
  const renamed = await account.request('PATCH', `/folders/${folderId}`, { version: 1, name: 'Office' });
  expect(renamed.body).toMatchObject({ name: 'Office', version: 2 });
  const conflict = await account.request('PATCH', `/folders/${folderId}`, { version: 1, name: 'Lost' });
  expect(conflict).toMatchObject({ status: 409, body: { current: renamed.body } });
  expect((await account.request('DELETE', `/folders/${folderId}`)).status).toBe(204);
  expect((await account.request('GET', `/conversations/${conversationId}`)).body).not.toHaveProperty('folderId');
});

it('every session of a person hears of a folder that is made, renamed or deleted, and nobody else', async () => {
  const other = await createAccount(system.url);
  using otherDevice = await other.connect();
  const { body: folder } = await account.request('POST', '/folders', { name: 'Told' });
  const { id } = folder as { id: string };
  const renamed = await account.request('PATCH', `/folders/${id}`, { version: 1, name: 'Told again' });
  await account.request('DELETE', `/folders/${id}`);
  const told = () => [...device.received('folder:updated'), ...device.received('folder:deleted')];
  const ofThis = () => told().filter((event) => (event as { id: string }).id === id);
  await waitFor(() => ofThis().length === 3, { description: 'the changes are heard of' });
  expect(ofThis()).toEqual([folder, renamed.body, { id }]);
  // A folder of the other account's own shows that an earlier event, had there been one, would have come.
  const { body: own } = await other.request('POST', '/folders', { name: 'Own' });
  await waitFor(() => otherDevice.received('folder:updated').length > 0, { description: 'the own folder is heard of' });
  expect(otherDevice.received('folder:updated')).toEqual([own]);
  expect(otherDevice.received('folder:deleted')).toEqual([]);
});

it('what is deleted can be taken back, for many conversations at once, and every session hears of it', async () => {
  const ids = [(await exchange('One')).conversationId, (await exchange('Two')).conversationId];
  const trashed = await account.request('POST', '/conversations/bulk', { action: 'trash', ids });
  expect(trashed).toMatchObject({ status: 200, body: { items: [{}, {}] } });
  const deleted = () => device.received('conversation:deleted').map((event) => (event as { id: string }).id);
  await waitFor(() => ids.every((id) => deleted().includes(id)), { description: 'the deletions are heard of' });
  expect((await account.request('GET', '/conversations?trashed=true')).body).toMatchObject({
    items: [{ deletedAt: expect.any(String) }, { deletedAt: expect.any(String) }],
  });
  const restored = await account.request('POST', `/conversations/${ids[0]}/restore`);
  expect(restored).toMatchObject({ status: 200, body: { id: ids[0] } });
  expect(restored.body).not.toHaveProperty('deletedAt');
  expect((await account.request('DELETE', `/conversations/${ids[1]}?permanent=true`)).status).toBe(204);
  expect((await account.request('POST', `/conversations/${ids[1]}/restore`)).status).toBe(404);
});

it('a found message is read on its branch, with what people think of it', async () => {
  const { conversationId, userMessageId, assistantMessageId } = await exchange('Around here');
  const path = `/messages/${assistantMessageId}/feedback`;
  expect((await account.request('PUT', path, { rating: 'up', comment: 'Good' })).status).toBe(204);
  const window = await account.request('GET', `/conversations/${conversationId}/messages?around=${userMessageId}`);
  expect(window.body).toMatchObject({
    items: [
      { id: userMessageId, siblingIds: [userMessageId] },
      {
        id: assistantMessageId,
        siblingIds: [assistantMessageId],
        feedback: { rating: 'up', comment: 'Good' },
        persona: 'assistant',
        params: {},
      },
    ],
    leafId: assistantMessageId,
    nextCursor: null,
    previousCursor: null,
  });
  await account.request('PUT', path, { rating: null });
  const { body } = await account.request('GET', `/conversations/${conversationId}/messages`);
  expect(body).not.toHaveProperty('leafId');
  expect(z.object({ items: z.array(z.looseObject({})) }).parse(body).items[1]).not.toHaveProperty('feedback');
});
