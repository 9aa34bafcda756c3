import { readFileSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  asService,
  type Caller,
  exchange,
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

async function share(caller: Caller, request: { conversationId: string; leafId?: string; lifeSeconds?: number }) {
  const { share: made, token } = await chat.client.unary('CreateShare', request, caller);
  return { token, share: present(made) };
}

const shown = (token: string) => chat.client.unary('GetShared', { token }, asService());

async function document(caller: Caller, conversationId: string, format = 'json'): Promise<string> {
  let text = '';
  for await (const piece of chat.client.serverStream('ExportConversation', { conversationId, format }, caller))
    text += piece.text;
  return text;
}

const exported = z.object({
  format: z.literal('chatbot.conversations'),
  version: z.literal(1),
  conversations: z.array(z.looseObject({ id: z.string(), title: z.string(), messages: z.array(z.looseObject({})) })),
});

async function exportedConversation(caller: Caller, conversationId: string) {
  const [conversation] = exported.parse(JSON.parse(await document(caller, conversationId))).conversations;
  return present(conversation);
}

const importJson = (caller: Caller, json: unknown) =>
  chat.client.unary('ImportConversation', { json: typeof json === 'string' ? json : JSON.stringify(json) }, caller);

async function messagesOf(caller: Caller, conversationId: string) {
  const { messages } = await chat.client.unary('ListMessages', { conversationId, limit: 200 }, caller);
  return messages;
}

describe('a shared branch', () => {
  it('is frozen, and says nothing about any account', async () => {
    const owner = chat.newUser();
    const { conversationId } = await exchange(chat, { caller: owner, content: 'Question', reply: 'Answer' });
    const { token, share: made } = await share(owner, { conversationId });
    expect(made).toMatchObject({ conversationId, title: 'Question', messageCount: 2, expiresAt: null });
    await exchange(chat, { caller: owner, conversationId, content: 'Later' });
    const parameters = { seed: 424_242 };
    await chat.client.unary('UpdateConversation', { conversationId, version: 4, title: 'Renamed', parameters }, owner);
    const found = await shown(token);
    expect(found).toMatchObject({
      title: 'Question',
      messages: [
        { role: 'user', content: 'Question' },
        { role: 'assistant', content: 'Answer', model: 'demo' },
      ],
    });
    const text = JSON.stringify(found);
    for (const secret of [owner.userId, conversationId, made.id, '424242']) expect(text).not.toContain(secret);
  });

  it('is the one that was chosen, without replies that are being written', async () => {
    const owner = chat.newUser();
    const first = await exchange(chat, { caller: owner, content: 'One' });
    const { conversationId, assistantMessageId } = first;
    const edited = await chat.client.unary(
      'EditMessage',
      { messageId: first.userMessageId, content: 'Two', clientMessageId: uuidv7() },
      owner,
    );
    const contents = async (leafId: string) => {
      const { token } = await share(owner, { conversationId, leafId });
      return (await shown(token)).messages.map(({ content }) => content);
    };
    expect(await contents(assistantMessageId)).toEqual(['One', 'A reply']);
    expect(await contents(present(edited.turn?.assistantMessage).id)).toEqual(['Two']);
    const foreign = await exchange(chat, { caller: owner });
    const ofAnother = share(owner, { conversationId, leafId: foreign.userMessageId });
    expect((await refusal(ofAnother)).reason).toBe('RESOURCE_NOT_FOUND');
  });

  it('is shown until it is revoked, has expired, or its conversation is in the trash', async () => {
    const owner = chat.newUser();
    const { conversationId } = await exchange(chat, { caller: owner });
    const [one, two] = [
      await share(owner, { conversationId }),
      await share(owner, { conversationId, lifeSeconds: 60 }),
    ];
    const listed = await chat.client.unary('ListShares', { conversationId }, owner);
    expect(listed.shares.map(({ id }) => id)).toEqual([one.share.id, two.share.id]);
    expect(JSON.stringify(listed)).not.toContain(one.token);
    const request = { conversationId, shareId: one.share.id };
    for (const _ of [1, 2]) await chat.client.unary('RevokeShare', request, owner);
    expect((await refusal(shown(one.token))).reason).toBe('RESOURCE_NOT_FOUND');
    expect((await shown(two.token)).expiresAt).not.toBeNull();
    await chat.client.unary('DeleteConversation', { conversationId }, owner);
    expect((await refusal(shown(two.token))).reason).toBe('RESOURCE_NOT_FOUND');
    for (const token of ['', 'x', 'a'.repeat(43)])
      expect((await refusal(shown(token))).reason).toBe('RESOURCE_NOT_FOUND');
  });

  it('is made by the owner alone', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { conversationId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'writer' }, owner);
    const attempts = [
      share(member, { conversationId }),
      chat.client.unary('ListShares', { conversationId }, member),
      chat.client.unary('RevokeShare', { conversationId, shareId: uuidv7() }, member),
    ];
    // At once: a refusal that nobody waits for yet would end the run.
    for (const { reason } of await Promise.all(attempts.map(refusal))) expect(reason).toBe('PERMISSION_DENIED');
  });

  it('becomes a conversation of whoever copies it, to go on with', async () => {
    const [owner, other] = [chat.newUser(), chat.newUser()];
    const { conversationId } = await exchange(chat, { caller: owner, content: 'Question' });
    const { token } = await share(owner, { conversationId });
    const { conversation } = await chat.client.unary('CopyShared', { token }, other);
    const copy = present(conversation);
    expect(copy).toMatchObject({ title: 'Question', role: 'owner', readerUserIds: [other.userId] });
    expect(await messagesOf(other, copy.id)).toMatchObject([
      { content: 'Question', authorId: other.userId },
      { content: 'A reply', status: 'completed' },
    ]);
    await exchange(chat, { caller: other, conversationId: copy.id, content: 'More' });
    expect(await messagesOf(other, copy.id)).toHaveLength(4);
    expect(await messagesOf(owner, conversationId)).toHaveLength(2);
  });
});

describe('an export', () => {
  it('as JSON holds the whole tree, and reading it back gives the same again', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'Grüße 👋🏽 "quoted" \\ </script>', reply: 'Hello\n\u2028' });
    const { conversationId } = first;
    await exchange(chat, { caller, conversationId, content: 'Second' });
    await chat.client.unary(
      'EditMessage',
      { messageId: first.userMessageId, content: 'Edited', clientMessageId: uuidv7() },
      caller,
    );
    const { conversation: read } = await chat.client.unary('GetConversation', { conversationId }, caller);
    const parameters = { temperature: 0.3, seed: 7, stop: ['END'] };
    await chat.client.unary(
      'UpdateConversation',
      { conversationId, version: present(read).version, parameters },
      caller,
    );
    const before = await exportedConversation(caller, conversationId);
    expect(before).toMatchObject({ parameters });
    expect(before.messages).toHaveLength(6);
    const other = chat.newUser();
    const { conversationId: copyId } = await importJson(other, before);
    const after = await exportedConversation(other, copyId);
    const comparable = ({ messages, ...conversation }: typeof before) => {
      const index = new Map(messages.map(({ id }, place) => [id, place]));
      const { title, persona, model, parameters, pinned, archived, createdAt, activeLeafId } = conversation;
      return {
        ...{ title, persona, model, parameters, pinned, archived, createdAt, active: index.get(activeLeafId) },
        messages: messages
          // An empty reply that is being written says nothing.
          .filter(({ content }) => content !== '')
          .map(({ role, content, status, parentId, usage, timings, createdAt: at, model: by }) => {
            return { role, content, status, parent: index.get(parentId), usage, timings, at, by };
          }),
      };
    };
    expect({ ...comparable(after), active: null }).toEqual({ ...comparable(before), active: null });
  });

  it('holds thousands of messages, and everything of one’s own at once', async () => {
    const caller = chat.newUser();
    const messages = Array.from({ length: 1_234 }, (_, index) => ({
      id: `m${index}`,
      parentId: index === 0 ? null : `m${index - 1}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `Number ${index}`,
    }));
    await importJson(caller, { title: 'Long', messages });
    await exchange(chat, { caller, content: 'Short' });
    await exchange(chat, { caller: chat.newUser(), content: 'Somebody else’s' });
    let text = '';
    for await (const piece of chat.client.serverStream('ExportConversations', {}, caller)) text += piece.text;
    const { conversations } = exported.parse(JSON.parse(text));
    expect(conversations.map(({ title, messages: held }) => [title, held.length])).toEqual([
      ['Long', 1_234],
      ['Short', 2],
    ]);
    expect(conversations[0]?.messages.map(({ content }) => content)).toEqual(messages.map(({ content }) => content));
  });

  it('of nothing is an empty list', async () => {
    let text = '';
    for await (const piece of chat.client.serverStream('ExportConversations', {}, chat.newUser())) text += piece.text;
    expect(exported.parse(JSON.parse(text)).conversations).toEqual([]);
  });

  it('as Markdown or HTML holds the active branch, and HTML nothing that runs or loads', async () => {
    const caller = chat.newUser();
    const hostile = '</pre><script>alert(1)</script><img src=x onerror=alert(1)>"\'&amp;';
    const { conversationId, userMessageId } = await exchange(chat, { caller, content: hostile, reply: hostile });
    await chat.client.unary(
      'UpdateConversation',
      { conversationId, version: 2, title: '</title><script>alert(2)</script>' },
      caller,
    );
    const html = await document(caller, conversationId, 'html');
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(html.match(/<(?!!doctype)\/?([a-z0-9]+)/g)?.map((tag) => tag.replace(/[</]/g, ''))).not.toContain('script');
    expect(html).toContain(
      '&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;amp;',
    );
    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;');
    await chat.client.unary(
      'EditMessage',
      { messageId: userMessageId, content: 'Another branch', clientMessageId: uuidv7() },
      caller,
    );
    const markdown = await document(caller, conversationId, 'markdown');
    expect(markdown).toContain('Another branch');
    expect(markdown).not.toContain('onerror');
    expect(markdown.startsWith('# </title>')).toBe(true);
  });

  it('is refused before its first piece for what the caller may not read, and in another format', async () => {
    const { conversationId } = await exchange(chat, { caller: chat.newUser() });
    expect((await refusal(document(chat.newUser(), conversationId))).reason).toBe('RESOURCE_NOT_FOUND');
    expect((await refusal(document(chat.newUser(), conversationId, 'pdf'))).reason).toBe('VALIDATION_FAILED');
  });
});

function fixture(name: string): unknown {
  const file: unknown = JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
  return z.array(z.unknown()).parse(file)[0];
}

describe('an import', () => {
  it('of ChatGPT’s file keeps branches, models and times, and leaves out tools and hidden prompts', async () => {
    const caller = chat.newUser();
    const { conversationId, ...result } = await importJson(caller, fixture('chatgpt'));
    expect(result).toMatchObject({ title: 'Sourdough', source: 'chatgpt', added: true });
    const messages = await messagesOf(caller, conversationId);
    const contentOf = (id: string) => messages.find((message) => message.id === id)?.content;
    expect(messages.map(({ role, content, parentId, model }) => [role, content, contentOf(parentId), model])).toEqual([
      ['user', 'How do I start a sourdough?', undefined, ''],
      ['assistant', 'Flour and water.', 'How do I start a sourdough?', 'gpt-4'],
      ['assistant', 'Mix equal weights and wait.', 'How do I start a sourdough?', 'gpt-4o'],
      ['user', '[attachment]\n\nDoes this look right?', 'Mix equal weights and wait.', ''],
      ['assistant', 'It does.', '[attachment]\n\nDoes this look right?', 'gpt-4o'],
    ]);
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    expect(conversation).toMatchObject({ archived: true, activeLeafId: messages.at(-1)?.id });
    expect(Number(conversation?.createdAt?.seconds)).toBe(1_704_100_000);
  });

  it('of Claude’s file keeps what was said', async () => {
    const caller = chat.newUser();
    const { conversationId, ...result } = await importJson(caller, fixture('claude'));
    expect(result).toMatchObject({ title: 'Tides', source: 'claude' });
    expect((await messagesOf(caller, conversationId)).map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Why are there two tides a day?'],
      ['assistant', 'The moon pulls the near side,\n\nand the far side lags behind.'],
    ]);
  });

  it('of Open WebUI’s file keeps branches, the active one, model and pin', async () => {
    const caller = chat.newUser();
    const { conversationId, ...result } = await importJson(caller, fixture('open-webui'));
    expect(result).toMatchObject({ title: 'Knots', source: 'open-webui' });
    const messages = await messagesOf(caller, conversationId);
    expect(messages.map(({ content, model }) => [content, model])).toEqual([
      ['Which knot for a dock?', ''],
      ['A cleat hitch.', 'llama3.2:latest'],
      ['A bowline.', 'llama3.2:latest'],
    ]);
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    expect(conversation).toMatchObject({ pinned: true, model: 'llama3.2:latest', activeLeafId: messages[1]?.id });
  });

  it('stores one of twenty at once, and nothing for a repeat', async () => {
    const caller = chat.newUser();
    const results = await Promise.all(Array.from({ length: 20 }, () => importJson(caller, fixture('claude'))));
    expect(results.filter(({ added }) => added)).toHaveLength(1);
    expect(new Set(results.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toHaveLength(1);
    const other = await importJson(chat.newUser(), fixture('claude'));
    expect(other).toMatchObject({ added: true });
  });

  it('is found by the search, and can be gone on with', async () => {
    const caller = chat.newUser();
    const { conversationId } = await importJson(caller, fixture('claude'));
    const { hits } = await chat.client.unary('SearchMessages', { text: 'tides' }, caller);
    expect(hits.length).toBeGreaterThan(0);
    const turn = await exchange(chat, { caller, conversationId, content: 'And at the poles?' });
    expect(turn.response.task?.context).toHaveLength(3);
  });

  it('of something wrong stores nothing', async () => {
    const caller = chat.newUser();
    const wrong = ['', '{', '{"title":"x","messages":[]}', '{"title":"x","messages":[{"id":"a"}]}', '"x"'];
    for (const json of wrong) expect((await refusal(importJson(caller, json))).reason).toBe('VALIDATION_FAILED');
    expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toEqual([]);
  });
});
