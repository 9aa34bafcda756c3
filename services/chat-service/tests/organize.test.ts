import type { ChangeConversationsRequest } from '@chatbot/proto/chatbot/chat/v1/ChangeConversationsRequest';
import type { ListConversationsRequest } from '@chatbot/proto/chatbot/chat/v1/ListConversationsRequest';
import type { UpdateConversationRequest } from '@chatbot/proto/chatbot/chat/v1/UpdateConversationRequest';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  exchange,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';
import { makeAtOnce, slowDownInserts } from './race.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function create(caller: Caller, title: string): Promise<string> {
  return present((await chat.client.unary('CreateConversation', { title }, caller)).conversation).id;
}

async function createFolder(caller: Caller, name = 'Work') {
  return present((await chat.client.unary('CreateFolder', { name }, caller)).folder);
}

async function titles(caller: Caller, request: ListConversationsRequest = {}): Promise<string[]> {
  const { conversations } = await chat.client.unary('ListConversations', request, caller);
  return conversations.map(({ title }) => title);
}

async function update(caller: Caller, request: UpdateConversationRequest) {
  return present((await chat.client.unary('UpdateConversation', { version: 1, ...request }, caller)).conversation);
}

function change(caller: Caller, request: ChangeConversationsRequest) {
  return chat.client.unary('ChangeConversations', request, caller);
}

describe('folders', () => {
  it('are made, listed by name, renamed at a version and deleted', async () => {
    const caller = chat.newUser();
    const work = await createFolder(caller, ' work ');
    await createFolder(caller, 'Home');
    const list = async () => (await chat.client.unary('ListFolders', {}, caller)).folders.map(({ name }) => name);
    expect(await list()).toEqual(['Home', 'work']);
    const rename = { folderId: work.id, version: 1, name: 'Office' };
    expect((await chat.client.unary('UpdateFolder', rename, caller)).folder).toMatchObject({
      name: 'Office',
      version: 2,
    });
    const conflict = await refusal(chat.client.unary('UpdateFolder', { ...rename, name: 'Other' }, caller));
    expect(conflict).toMatchObject({ reason: 'VERSION_CONFLICT', metadata: { currentVersion: '2' } });
    await chat.client.unary('DeleteFolder', { folderId: work.id }, caller);
    expect(await list()).toEqual(['Home']);
  });

  it('let one of twenty renamings of a version win', async () => {
    const caller = chat.newUser();
    const { id: folderId } = await createFolder(caller);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        chat.client.unary('UpdateFolder', { folderId, version: 1, name: `F${index}` }, caller),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stay within 200 when twenty are made at once', async () => {
    const caller = chat.newUser();
    await slowDownInserts(chat, { table: 'folders', name: 'Slow' });
    // One by one: of so many at once, those that wait for a connection for long are refused.
    for (let index = 0; index < 199; index += 1) await createFolder(caller, `F${index}`);
    const { made, refusals } = await makeAtOnce(20, () => createFolder(caller, 'Slow'));
    expect(made).toBe(1);
    expect(new Set(refusals)).toEqual(new Set(['VALIDATION_FAILED']));
    expect((await chat.client.unary('ListFolders', {}, caller)).folders).toHaveLength(200);
  });

  it('hold conversations; those of a deleted folder are in none', async () => {
    const caller = chat.newUser();
    const { id: folderId } = await createFolder(caller);
    const conversationId = await create(caller, 'In');
    await create(caller, 'Out');
    expect(await update(caller, { conversationId, folderId })).toMatchObject({ folderId, version: 2 });
    expect(await titles(caller, { folderId })).toEqual(['In']);
    await chat.client.unary('DeleteFolder', { folderId }, caller);
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    expect(conversation).toMatchObject({ folderId: '' });
    expect(await titles(caller, { folderId })).toEqual([]);
  });

  it('are left by an empty folder id', async () => {
    const caller = chat.newUser();
    const { id: folderId } = await createFolder(caller);
    const conversationId = await create(caller, 'In');
    await update(caller, { conversationId, folderId });
    expect(await update(caller, { conversationId, version: 2, folderId: '' })).toMatchObject({ folderId: '' });
  });

  it('of somebody else hold nothing of mine', async () => {
    const caller = chat.newUser();
    const { id: folderId } = await createFolder(chat.newUser());
    const conversationId = await create(caller, 'Mine');
    const foreign = await refusal(update(caller, { conversationId, folderId }));
    expect(foreign).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field: 'folderId' }] });
    const missing = await refusal(update(caller, { conversationId, folderId: uuidv7() }));
    expect(missing.detail).toBe(foreign.detail);
    const { conversations } = await change(caller, { conversationIds: [conversationId], action: 'arrange', folderId });
    expect(conversations).toEqual([]);
  });
});

describe('tags', () => {
  it('are kept once each, found again, and counted', async () => {
    const caller = chat.newUser();
    const one = await create(caller, 'One');
    const two = await create(caller, 'Two');
    const tagged = await update(caller, { conversationId: one, tags: { values: [' Idea ', 'idea', 'to  do'] } });
    expect(tagged.tags).toEqual(['Idea', 'to do']);
    await update(caller, { conversationId: two, tags: { values: ['Idea'] } });
    expect((await titles(caller, { tag: 'Idea' })).toSorted()).toEqual(['One', 'Two']);
    expect(await titles(caller, { tag: 'to do' })).toEqual(['One']);
    expect((await chat.client.unary('ListTags', {}, caller)).tags).toEqual([
      { name: 'Idea', conversationCount: 2 },
      { name: 'to do', conversationCount: 1 },
    ]);
    expect(await update(caller, { conversationId: two, version: 2, tags: { values: [] } })).toMatchObject({ tags: [] });
    expect((await chat.client.unary('ListTags', {}, chat.newUser())).tags).toEqual([]);
  });

  it.each([
    ['too many', Array.from({ length: 21 }, (_, index) => `${index}`)],
    ['too long a one', ['x'.repeat(41)]],
    ['an empty one', ['']],
  ])('refuse %s', async (_name, values) => {
    const caller = chat.newUser();
    const conversationId = await create(caller, 'One');
    const error = await refusal(update(caller, { conversationId, tags: { values } }));
    expect(error.reason).toBe('VALIDATION_FAILED');
  });
});

describe('ListConversations', () => {
  it('sorts by the latest message, by age or by title, pinned ones first', async () => {
    const caller = chat.newUser();
    const banana = await create(caller, 'banana');
    await create(caller, 'Apple');
    const cherry = await create(caller, 'cherry');
    await post(chat, { caller, conversationId: banana });
    expect(await titles(caller)).toEqual(['banana', 'cherry', 'Apple']);
    expect(await titles(caller, { sort: 'created' })).toEqual(['cherry', 'Apple', 'banana']);
    expect(await titles(caller, { sort: 'title' })).toEqual(['Apple', 'banana', 'cherry']);
    await update(caller, { conversationId: cherry, pinned: true });
    expect(await titles(caller, { sort: 'title' })).toEqual(['cherry', 'Apple', 'banana']);
    expect(await titles(caller, { pinned: true })).toEqual(['cherry']);
    expect(await titles(caller, { pinned: false, sort: 'title' })).toEqual(['Apple', 'banana']);
  });

  it.each(['recent', 'created', 'title'])('sorted by %s gives every conversation once over its pages', async (sort) => {
    const caller = chat.newUser();
    // Titles that differ in nothing but capitals, and some that do not differ at all.
    for (const title of ['b', 'B', 'a', 'ä', 'B', 'c', 'b']) await create(caller, title);
    const { conversations } = await chat.client.unary('ListConversations', { sort }, caller);
    const pinned = present(conversations.at(-1)).id;
    await update(caller, { conversationId: pinned, pinned: true });
    const all = (await chat.client.unary('ListConversations', { sort }, caller)).conversations.map(({ id }) => id);
    const pages: string[] = [];
    let cursor = '';
    do {
      const page = await chat.client.unary('ListConversations', { sort, limit: 2, cursor }, caller);
      pages.push(...page.conversations.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(pages).toEqual(all);
    expect(pages).toHaveLength(7);
    expect(pages[0]).toBe(pinned);
  });
});

describe('ChangeConversations', () => {
  it('arranges many at once, whatever their versions, and leaves alone what is not the caller’s', async () => {
    const caller = chat.newUser();
    const { id: folderId } = await createFolder(caller);
    const mine = [await create(caller, 'A'), await create(caller, 'B')];
    const foreign = await create(chat.newUser(), 'Foreign');
    const conversationIds = [...mine, foreign, uuidv7()];
    const values = ['new'];
    const { conversations } = await change(caller, {
      conversationIds,
      action: 'arrange',
      folderId,
      archived: true,
      tags: { values },
    });
    expect(conversations.map(({ id }) => id).toSorted()).toEqual(mine.toSorted());
    for (const changed of conversations) {
      expect(changed).toMatchObject({ folderId, archived: true, tags: values, pinned: false, version: 2 });
    }
    expect(await titles(caller)).toEqual([]);
    expect((await titles(caller, { archived: true, folderId })).toSorted()).toEqual(['A', 'B']);
  });

  it('moves many to the trash and back, and deletes for good only what is in it', async () => {
    const caller = chat.newUser();
    const { conversationId: finished } = await exchange(chat, { caller, content: 'Finished' });
    const { conversationId: running, generationId } = await post(chat, { caller, content: 'Running' });
    const conversationIds = [finished, running];
    const purgedTooEarly = await change(caller, { conversationIds, action: 'purge' });
    expect(purgedTooEarly.conversations).toEqual([]);
    const trashed = await change(caller, { conversationIds, action: 'trash' });
    expect(trashed.conversations).toHaveLength(2);
    expect(trashed.generationIds).toEqual([generationId]);
    expect((await change(caller, { conversationIds, action: 'trash' })).conversations).toEqual([]);
    expect((await change(caller, { conversationIds: [finished], action: 'restore' })).conversations).toHaveLength(1);
    expect(await titles(caller)).toEqual(['Finished']);
    const purged = await change(caller, { conversationIds, action: 'purge' });
    expect(purged.conversations.map(({ id }) => id)).toEqual([running]);
    expect(await titles(caller, { trashed: true })).toEqual([]);
  });

  it('of the same conversations in any order, twenty at once, all succeed', async () => {
    const caller = chat.newUser();
    const ids = [await create(caller, 'A'), await create(caller, 'B'), await create(caller, 'C')];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        change(caller, {
          conversationIds: index % 2 === 0 ? ids : ids.toReversed(),
          action: 'arrange',
          pinned: index % 3 === 0,
        }),
      ),
    );
    const { conversations } = await chat.client.unary('ListConversations', {}, caller);
    expect(conversations.map(({ version }) => version)).toEqual([21, 21, 21]);
  });

  it.each([
    ['no conversation', { conversationIds: [], action: 'trash' }],
    ['too many', { conversationIds: Array.from({ length: 101 }, () => uuidv7()), action: 'trash' }],
    ['an unknown action', { conversationIds: [uuidv7()], action: 'drop' }],
    ['a change of nothing', { conversationIds: [uuidv7()], action: 'arrange' }],
  ])('refuses %s', async (_name, request) => {
    expect((await refusal(change(chat.newUser(), request))).reason).toBe('VALIDATION_FAILED');
  });
});

describe('a member', () => {
  it('keeps a shared conversation where they like; the owner’s place for it stays', async () => {
    const owner = chat.newUser();
    const member = chat.newUser();
    const conversationId = await create(owner, 'Shared');
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'reader' }, owner);
    const { id: folderId } = await createFolder(member);
    const { version = 0 } = present(
      (await chat.client.unary('GetConversation', { conversationId }, member)).conversation,
    );
    const mine = await update(member, { conversationId, version, folderId, tags: { values: ['theirs'] } });
    expect(mine).toMatchObject({ folderId, tags: ['theirs'] });
    expect(await titles(member, { folderId })).toEqual(['Shared']);
    const arranged = await change(member, { conversationIds: [conversationId], action: 'arrange', pinned: true });
    expect(arranged.conversations).toMatchObject([{ pinned: true, folderId }]);
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, owner);
    expect(conversation).toMatchObject({ folderId: '', tags: [], pinned: false });
    expect((await change(member, { conversationIds: [conversationId], action: 'trash' })).conversations).toEqual([]);
  });
});
