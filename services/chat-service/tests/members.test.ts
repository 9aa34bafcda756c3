import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  exchange,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
  turnIds,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

type Team = { conversationId: string; owner: Caller; writer: Caller; reader: Caller };

async function team(): Promise<Team & Awaited<ReturnType<typeof exchange>>> {
  const [owner, writer, reader] = [chat.newUser(), chat.newUser(), chat.newUser()];
  const turn = await exchange(chat, { caller: owner });
  const { conversationId } = turn;
  await chat.client.unary('SetMember', { conversationId, userId: writer.userId, role: 'writer' }, owner);
  await chat.client.unary('SetMember', { conversationId, userId: reader.userId, role: 'reader' }, owner);
  return { ...turn, owner, writer, reader };
}

async function get(caller: Caller, conversationId: string) {
  const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
  return present(conversation);
}

describe('members', () => {
  it('see who wrote what is there and has left, and nobody who has only read', async () => {
    const { conversationId, assistantMessageId: parentId, owner, writer, reader } = await team();
    const post = { conversationId, parentId, content: 'Mine', clientMessageId: randomUUID() };
    await chat.client.unary('PostMessage', post, writer);
    expect((await chat.client.unary('ListMembers', { conversationId }, reader)).formerAuthorIds).toEqual([]);
    for (const { userId } of [writer, reader]) {
      await chat.client.unary('RemoveMember', { conversationId, userId }, owner);
    }
    const { formerAuthorIds } = await chat.client.unary('ListMembers', { conversationId }, owner);
    expect(formerAuthorIds).toEqual([writer.userId]);
  });

  it('read what the owner reads, and see their own role', async () => {
    const { conversationId, generationId, owner, writer, reader } = await team();
    const listed = await chat.client.unary('ListMembers', { conversationId }, reader);
    expect(listed.members.map(({ userId, role }) => [userId, role])).toEqual([
      [owner.userId, 'owner'],
      [writer.userId, 'writer'],
      [reader.userId, 'reader'],
    ]);
    for (const [caller, role] of [
      [owner, 'owner'],
      [writer, 'writer'],
      [reader, 'reader'],
    ] as const) {
      expect(await get(caller, conversationId)).toMatchObject({
        role,
        viewerId: caller.userId,
        readerUserIds: [owner.userId, writer.userId, reader.userId],
      });
      expect((await chat.client.unary('ListMessages', { conversationId }, caller)).messages).toHaveLength(2);
      const { writable } = await chat.client.unary('GetGeneration', { generationId }, caller);
      expect(writable).toBe(role !== 'reader');
    }
  });

  it('write under their own name into the conversation of the owner', async () => {
    const { conversationId, writer, owner } = await team();
    const { response } = await post(chat, { caller: writer, conversationId, content: 'From the writer' });
    expect(present(response.turn).userMessage).toMatchObject({ authorId: writer.userId });
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, owner);
    expect(messages.at(-2)).toMatchObject({ authorId: writer.userId, content: 'From the writer' });
  });

  it('are named in the context of a reply as soon as there are several authors, also when it is taken over', async () => {
    const { conversationId, owner, writer } = await team();
    const alone = await exchange(chat, { caller: owner, conversationId, content: 'Alone' });
    const authors = (task: typeof alone.response.task) => present(task).context.map(({ authorId }) => authorId);
    expect(new Set(authors(alone.response.task))).toEqual(new Set(['']));
    const joined = await post(chat, { caller: writer, conversationId, content: 'Together' });
    const expected = [owner.userId, '', owner.userId, '', writer.userId];
    expect(authors(joined.response.task)).toEqual(expected);
    const { generationId } = joined;
    const { task } = await chat.client.unary('GetGenerationTask', { generationId }, asService());
    expect(authors(task)).toEqual(expected);
  });

  it('who only read are refused every change but their own settings', async () => {
    const { conversationId, userMessageId, assistantMessageId, reader, owner } = await team();
    const clientMessageId = uuidv7();
    const { client } = chat;
    const version = (await get(reader, conversationId)).version;
    const attempts = [
      client.unary('PostMessage', { conversationId, content: 'x', clientMessageId }, reader),
      client.unary('EditMessage', { messageId: userMessageId, content: 'x', clientMessageId }, reader),
      client.unary('RegenerateReply', { messageId: assistantMessageId, clientMessageId }, reader),
      client.unary('UpdateConversation', { conversationId, version, title: 'Mine' }, reader),
      client.unary('UpdateConversation', { conversationId, version, title: 'Mine', pinned: true }, reader),
      client.unary('SetTyping', { conversationId, typing: true }, reader),
      client.unary('DeleteConversation', { conversationId }, reader),
      client.unary('SetMember', { conversationId, userId: uuidv7(), role: 'writer' }, reader),
      client.unary('RemoveMember', { conversationId, userId: owner.userId }, reader),
      client.unary('CreateInvite', { conversationId, role: 'reader', lifeSeconds: 60 }, reader),
      client.unary('ListInvites', { conversationId }, reader),
      client.unary('RevokeInvite', { conversationId, inviteId: uuidv7() }, reader),
    ];
    const reasons = await Promise.all(attempts.map(async (attempt) => (await refusal(attempt)).reason));
    expect(reasons).toEqual(attempts.map(() => 'PERMISSION_DENIED'));
    expect(await get(owner, conversationId)).toMatchObject({ title: 'Hello', version, pinned: false });
    expect((await client.unary('ListMessages', { conversationId }, owner)).messages).toHaveLength(2);
  });

  it('keep the conversation where they like in their own list', async () => {
    const { conversationId, owner, writer, reader } = await team();
    const { version } = await get(writer, conversationId);
    const { conversation } = await chat.client.unary(
      'UpdateConversation',
      { conversationId, version, pinned: true, archived: true },
      writer,
    );
    expect(conversation).toMatchObject({ pinned: true, archived: true, version: version + 1 });
    expect(await get(owner, conversationId)).toMatchObject({ pinned: false, archived: false, version: version + 1 });
    const ids = async (caller: Caller, archived: boolean) =>
      (await chat.client.unary('ListConversations', { archived }, caller)).conversations.map(({ id }) => id);
    expect(await ids(writer, true)).toEqual([conversationId]);
    expect(await ids(writer, false)).toEqual([]);
    expect(await ids(reader, false)).toEqual([conversationId]);
    expect(await ids(owner, false)).toEqual([conversationId]);
  });

  it('find their own and other people’s conversations in one list, page by page', async () => {
    const member = chat.newUser();
    const ids: string[] = [];
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const owner = index % 2 === 0 ? member : chat.newUser();
      const { conversationId } = await exchange(chat, { caller: owner, content: `Number ${index}` });
      if (owner !== member)
        await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'reader' }, owner);
      ids.push(conversationId);
    }
    const listed: string[] = [];
    let cursor = '';
    do {
      const page = await chat.client.unary('ListConversations', { limit: 2, cursor }, member);
      listed.push(...page.conversations.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(listed).toEqual(ids.toReversed());
  });

  it('take part until they leave or are removed, and then know of nothing', async () => {
    const { conversationId, owner, writer, reader } = await team();
    await chat.client.unary('RemoveMember', { conversationId, userId: writer.userId }, writer);
    await chat.client.unary('RemoveMember', { conversationId, userId: reader.userId }, owner);
    for (const caller of [writer, reader]) {
      expect((await refusal(get(caller, conversationId))).reason).toBe('RESOURCE_NOT_FOUND');
      const posted = post(chat, { caller, conversationId });
      expect((await refusal(posted)).reason).toBe('RESOURCE_NOT_FOUND');
      expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toEqual([]);
    }
    await chat.client.unary('RemoveMember', { conversationId, userId: reader.userId }, owner);
    const { members } = await chat.client.unary('ListMembers', { conversationId }, owner);
    expect(members).toHaveLength(1);
  });

  it('get another role by being named again', async () => {
    const { conversationId, owner, reader } = await team();
    await chat.client.unary('SetMember', { conversationId, userId: reader.userId, role: 'writer' }, owner);
    expect(turnIds((await post(chat, { caller: reader, conversationId })).response).conversationId).toBe(
      conversationId,
    );
  });

  it('cannot be the owner, and the owner cannot leave', async () => {
    const { conversationId, owner } = await team();
    const { userId } = owner;
    const asMember = chat.client.unary('SetMember', { conversationId, userId, role: 'reader' }, owner);
    expect((await refusal(asMember)).reason).toBe('VALIDATION_FAILED');
    const leaving = chat.client.unary('RemoveMember', { conversationId, userId }, owner);
    expect((await refusal(leaving)).reason).toBe('VALIDATION_FAILED');
  });

  it('are at most 50', async () => {
    const owner = chat.newUser();
    const { conversationId } = await exchange(chat, { caller: owner });
    for (let count = 0; count < 50; count += 1)
      await chat.client.unary('SetMember', { conversationId, userId: uuidv7(), role: 'reader' }, owner);
    const oneMore = chat.client.unary('SetMember', { conversationId, userId: uuidv7(), role: 'reader' }, owner);
    expect((await refusal(oneMore)).reason).toBe('VALIDATION_FAILED');
  });

  it('lose the conversation with its owner’s deletion', async () => {
    const { conversationId, owner, writer, reader } = await team();
    const { readerUserIds } = await chat.client.unary('DeleteConversation', { conversationId }, owner);
    expect(readerUserIds).toEqual([owner.userId, writer.userId, reader.userId]);
    expect((await refusal(get(writer, conversationId))).reason).toBe('RESOURCE_NOT_FOUND');
    expect((await chat.client.unary('ListConversations', {}, reader)).conversations).toEqual([]);
  });
});

describe('an invite link', () => {
  async function invite(role: 'writer' | 'reader') {
    const owner = chat.newUser();
    const { conversationId } = await exchange(chat, { caller: owner });
    const request = { conversationId, role, lifeSeconds: 3_600 };
    const { invite: made, token } = await chat.client.unary('CreateInvite', request, owner);
    return { owner, conversationId, token, inviteId: present(made).id };
  }

  it('makes whoever opens it a member, once', async () => {
    const { conversationId, token, owner } = await invite('writer');
    const guest = chat.newUser();
    for (const _ of [1, 2]) {
      const { conversation } = await chat.client.unary('AcceptInvite', { token }, guest);
      expect(conversation).toMatchObject({ id: conversationId, role: 'writer', version: 3 });
    }
    const { members } = await chat.client.unary('ListMembers', { conversationId }, owner);
    expect(members).toHaveLength(2);
  });

  it('never takes a right away, and gives the owner no second role', async () => {
    const { conversationId, token, owner } = await invite('reader');
    const writer = chat.newUser();
    await chat.client.unary('SetMember', { conversationId, userId: writer.userId, role: 'writer' }, owner);
    const accepted = await chat.client.unary('AcceptInvite', { token }, writer);
    expect(accepted.conversation).toMatchObject({ role: 'writer' });
    expect((await chat.client.unary('AcceptInvite', { token }, owner)).conversation).toMatchObject({ role: 'owner' });
  });

  it('opens nothing once revoked, once expired, or when it was made up', async () => {
    const { conversationId, token, owner, inviteId } = await invite('reader');
    const accept = (secret: string) => refusal(chat.client.unary('AcceptInvite', { token: secret }, chat.newUser()));
    await chat.client.unary('RevokeInvite', { conversationId, inviteId }, owner);
    await chat.client.unary('RevokeInvite', { conversationId, inviteId }, owner);
    const reasons = await Promise.all([token, '', 'x'.repeat(43)].map(async (secret) => (await accept(secret)).reason));
    expect(reasons).toEqual(['RESOURCE_NOT_FOUND', 'RESOURCE_NOT_FOUND', 'RESOURCE_NOT_FOUND']);
    expect((await chat.client.unary('ListInvites', { conversationId }, owner)).invites).toEqual([]);
  });

  it('does not bring back somebody whom the owner removed', async () => {
    const { conversationId, token, owner } = await invite('writer');
    const guest = chat.newUser();
    await chat.client.unary('AcceptInvite', { token }, guest);
    await chat.client.unary('RemoveMember', { conversationId, userId: guest.userId }, owner);
    expect((await refusal(chat.client.unary('AcceptInvite', { token }, guest))).reason).toBe('RESOURCE_NOT_FOUND');
  });

  it('is listed without its secret', async () => {
    const { conversationId, owner, inviteId, token } = await invite('reader');
    const { invites } = await chat.client.unary('ListInvites', { conversationId }, owner);
    expect(invites).toMatchObject([{ id: inviteId, role: 'reader', conversationId }]);
    expect(JSON.stringify(invites)).not.toContain(token);
  });
});
