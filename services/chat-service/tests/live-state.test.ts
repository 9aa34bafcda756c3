import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  complete,
  exchange,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function changes(caller: Caller, cursor: string, conversationId = '') {
  return chat.client.unary('ListChanges', { cursor, conversationId }, caller);
}

describe('a read mark', () => {
  it('moves forward and never back, and everybody sees it', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'reader' }, owner);
    const read = async (messageId: string) =>
      present((await chat.client.unary('SetReadMark', { conversationId, messageId }, member)).mark).messageId;
    expect(await read(assistantMessageId)).toBe(assistantMessageId);
    expect(await read(userMessageId)).toBe(assistantMessageId);
    const { readMarks } = await chat.client.unary('GetConversationActivity', { conversationId }, owner);
    expect(readMarks).toMatchObject([{ userId: member.userId, messageId: assistantMessageId }]);
  });

  it('is the highest of twenty that come at once', async () => {
    const caller = chat.newUser();
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const set = (messageId: string) => chat.client.unary('SetReadMark', { conversationId, messageId }, caller);
    await Promise.all(Array.from({ length: 20 }, (_, index) => set(index === 7 ? assistantMessageId : userMessageId)));
    const { readMarks } = await chat.client.unary('GetConversationActivity', { conversationId }, caller);
    expect(readMarks).toMatchObject([{ messageId: assistantMessageId }]);
  });

  it('is refused on a message of another conversation', async () => {
    const caller = chat.newUser();
    const [one, other] = [await exchange(chat, { caller }), await exchange(chat, { caller })];
    const request = { conversationId: one.conversationId, messageId: other.userMessageId };
    expect((await refusal(chat.client.unary('SetReadMark', request, caller))).reason).toBe('RESOURCE_NOT_FOUND');
  });
});

describe('a draft', () => {
  it('is kept for its author alone, and counts its versions', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { conversationId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'writer' }, owner);
    const set = (text: string, version: number) =>
      chat.client.unary('SetDraft', { conversationId, text, version }, member);
    expect(await set('Once', 0)).toMatchObject({ stored: true, draft: { version: 1 } });
    expect(await set('Once upon', 1)).toMatchObject({ stored: true, draft: { version: 2, text: 'Once upon' } });
    const draftOf = async (caller: Caller) =>
      (await chat.client.unary('GetConversationActivity', { conversationId }, caller)).draft;
    expect(await draftOf(member)).toMatchObject({ text: 'Once upon', version: 2 });
    expect(await draftOf(owner)).toBeNull();
  });

  it('is stored for one of twenty devices with the same version; the others get the current one', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    for (const version of [0, 1]) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          chat.client.unary('SetDraft', { conversationId, text: `${version} ${index}`, version }, caller),
        ),
      );
      const [winner, ...others] = answers.filter(({ stored }) => stored);
      expect(others).toEqual([]);
      for (const { draft } of answers) expect(draft).toEqual(present(winner).draft);
    }
  });

  it('is no reader’s', async () => {
    const [owner, reader] = [chat.newUser(), chat.newUser()];
    const { conversationId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: reader.userId, role: 'reader' }, owner);
    const set = chat.client.unary('SetDraft', { conversationId, text: 'x', version: 0 }, reader);
    expect((await refusal(set)).reason).toBe('PERMISSION_DENIED');
  });
});

describe('the changes', () => {
  it('begin with a place to begin, and refuse one that was made up', async () => {
    const caller = chat.newUser();
    const first = await changes(caller, '');
    expect(first).toMatchObject({ reset: true, conversations: [] });
    expect(await changes(caller, first.cursor)).toMatchObject({ reset: false, conversations: [], removedIds: [] });
    expect((await refusal(changes(caller, 'bm9uc2Vuc2U'))).reason).toBe('VALIDATION_FAILED');
  });

  it('hold what changed, as it is now, and the messages of the conversation on screen', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const { cursor } = await changes(caller, '');
    const turn = await post(chat, { caller, conversationId, content: 'Again' });
    await complete(chat, { generationId: turn.generationId, content: 'Once more' });
    await chat.client.unary('SetDraft', { conversationId, text: 'x', version: 0 }, caller);
    await chat.client.unary('SetReadMark', { conversationId, messageId: turn.assistantMessageId }, caller);
    const found = await changes(caller, cursor, conversationId);
    const listed = await chat.client.unary('ListConversations', {}, caller);
    expect(found.conversations).toEqual(listed.conversations);
    expect(found.messages.map(({ content }) => content)).toEqual(expect.arrayContaining(['Again', 'Once more']));
    expect(found.drafts).toMatchObject([{ conversationId, text: 'x', version: 1 }]);
    expect(found.readMarks).toMatchObject([{ conversationId, messageId: turn.assistantMessageId }]);
  });

  it('name what is in the trash, purged, or was taken away, and not what was given back', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { client } = chat;
    const [trashed, purged, taken, back] = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const { conversationId } = await exchange(chat, { caller: owner });
        await client.unary('SetMember', { conversationId, userId: member.userId, role: 'writer' }, owner);
        return conversationId;
      }),
    );
    const { cursor } = await changes(member, '');
    await client.unary('DeleteConversation', { conversationId: present(trashed) }, owner);
    await client.unary('DeleteConversation', { conversationId: present(purged) }, owner);
    await client.unary('PurgeConversation', { conversationId: present(purged) }, owner);
    await client.unary('RemoveMember', { conversationId: present(taken), userId: member.userId }, owner);
    await client.unary('RemoveMember', { conversationId: present(back), userId: member.userId }, member);
    await client.unary('SetMember', { conversationId: present(back), userId: member.userId, role: 'reader' }, owner);
    const forMember = await changes(member, cursor);
    expect(forMember.removedIds.toSorted()).toEqual([trashed, purged, taken].toSorted());
    expect(forMember.conversations).toMatchObject([{ id: back, role: 'reader' }]);
    const forOwner = await changes(owner, cursor);
    expect(forOwner.removedIds.toSorted()).toEqual([trashed, purged].toSorted());
  });

  it('are bounded: with more than 200 of anything everything is to be read again', async () => {
    const caller = chat.newUser();
    const { cursor } = await changes(caller, '');
    const create = () => chat.client.unary('CreateConversation', { title: 'One of many' }, caller);
    for (let batch = 0; batch < 10; batch += 1) await Promise.all(Array.from({ length: 20 }, create));
    expect((await changes(caller, cursor)).conversations).toHaveLength(200);
    await create();
    expect(await changes(caller, cursor)).toMatchObject({ reset: true, conversations: [] });
  });

  it('are nobody else’s', async () => {
    const [one, other] = [chat.newUser(), chat.newUser()];
    const { cursor } = await changes(other, '');
    const { conversationId } = await exchange(chat, { caller: one });
    expect(await changes(other, cursor)).toMatchObject({ reset: false, conversations: [], removedIds: [] });
    expect((await refusal(changes(other, cursor, conversationId))).reason).toBe('RESOURCE_NOT_FOUND');
    expect((await refusal(changes(other, cursor, uuidv7()))).reason).toBe('RESOURCE_NOT_FOUND');
  });
});
