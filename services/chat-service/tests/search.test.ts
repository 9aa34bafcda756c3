import type { SearchMessagesRequest } from '@chatbot/proto/chatbot/chat/v1/SearchMessagesRequest';
import type { SearchMessagesResponse__Output } from '@chatbot/proto/chatbot/chat/v1/SearchMessagesResponse';
import { toTimestamp } from '@chatbot/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  complete,
  exchange,
  post,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

function search(caller: Caller, request: string | SearchMessagesRequest): Promise<SearchMessagesResponse__Output> {
  return chat.client.unary('SearchMessages', typeof request === 'string' ? { text: request } : request, caller);
}

/** The marked parts of the snippets, in the order of the hits. */
function marked({ hits }: SearchMessagesResponse__Output): string[][] {
  return hits.map(({ snippet, highlights }) => highlights.map(({ start, end }) => snippet.slice(start, end)));
}

describe('SearchMessages', () => {
  it('finds a message of a person and a reply as soon as they are stored, with what is needed to open them', async () => {
    const caller = chat.newUser();
    const turn = await post(chat, { caller, content: 'Where do penguins live?' });
    const mine = await search(caller, { text: 'penguins', role: 'user' });
    expect(mine.hits).toEqual([
      expect.objectContaining({
        conversationId: turn.conversationId,
        messageId: turn.userMessageId,
        title: 'Where do penguins live?',
        role: 'user',
        snippet: 'Where do penguins live?',
      }),
    ]);
    await complete(chat, { generationId: turn.generationId, content: 'In Antarctica, mostly.' });
    const [hit] = (await search(caller, 'antarctica')).hits;
    expect(hit).toMatchObject({ messageId: turn.assistantMessageId, role: 'assistant' });
  });

  it('leaves out a reply that is still being written', async () => {
    const caller = chat.newUser();
    const { generationId } = await post(chat, { caller, content: 'Go on' });
    const checkpoint = { generationId, fence: 1, seq: 1, content: 'unfinished symphony' };
    await chat.client.unary('CheckpointGeneration', checkpoint, asService());
    expect((await search(caller, 'symphony')).hits).toEqual([]);
    await complete(chat, { generationId, content: 'unfinished symphony no more', status: 'stopped' });
    expect((await search(caller, 'symphony')).hits).toHaveLength(1);
  });

  it.each([
    ['a word in another form', 'running', 'They run every morning with the dogs'],
    ['German in another form', 'Haus', 'Ich habe die Häuser auf dem Hügel nicht gesehen'],
    ['Russian in another form', 'дом', 'Я вижу дома на холме'],
    ['accents and capitals', 'ÉTÉ', 'Il fait chaud pendant l’été'],
    ['a prefix', 'photosyn*', 'Leaves do photosynthesis'],
    ['a phrase', '"to be or not"', 'She said: to be or not to be'],
    ['one of two', 'zebra OR giraffe', 'A giraffe stood there'],
    ['words in any order', 'moon landing', 'The landing on the moon was in 1969'],
    ['a word with an apostrophe', "o'neill", "Ask Mr O’Neill or O'Neill about it"],
    ['common words beside others', 'the landing of the', 'A landing in the dark'],
    ['another script', '東京', '東京 は 大きい'],
  ])('finds %s', async (_name, text, content) => {
    const caller = chat.newUser();
    const { userMessageId } = await post(chat, { caller, content });
    const { hits } = await search(caller, { text, role: 'user' });
    expect(hits.map(({ messageId }) => messageId)).toEqual([userMessageId]);
  });

  it.each([
    ['a phrase in another order', '"not to be or"', 'to be or not to be'],
    ['what was to be left out', 'coffee -milk', 'coffee with milk'],
    ['what was to be left out in another form', 'shoes -running', 'shoes to run in'],
    ['only one of two words', 'coffee tea', 'coffee alone'],
  ])('does not find %s', async (_name, text, content) => {
    const caller = chat.newUser();
    await post(chat, { caller, content });
    expect((await search(caller, { text, role: 'user' })).hits).toEqual([]);
  });

  it('marks what was found, however hostile the text is', async () => {
    const caller = chat.newUser();
    await post(chat, { caller, content: '<img src=x onerror=alert(1)> \u0001Rivers\u0002 flow; a river flows' });
    const found = await search(caller, { text: 'river', role: 'user' });
    expect(marked(found)).toEqual([['Rivers', 'river']]);
    expect(found.hits[0]?.snippet).toBe('<img src=x onerror=alert(1)> Rivers flow; a river flows');
  });

  it('shows the places of a long text that were found', async () => {
    const caller = chat.newUser();
    const filler = 'Nothing of interest is said here at all. '.repeat(100);
    await post(chat, { caller, content: `${filler} A kingfisher appears. ${filler}` });
    const found = await search(caller, { text: 'kingfisher', role: 'user' });
    expect(marked(found)).toEqual([['kingfisher']]);
    expect(found.hits[0]?.snippet.length).toBeLessThan(400);
  });

  it('finds titles, and a title before a mention', async () => {
    const caller = chat.newUser();
    const { conversation } = await chat.client.unary('CreateConversation', { title: 'Holiday in Norway' }, caller);
    const { userMessageId } = await post(chat, { caller, content: 'We might go to Norway in May' });
    const { hits } = await search(caller, 'norway');
    expect(hits.map(({ messageId, role }) => [messageId, role])).toEqual([
      ['', ''],
      ['', ''],
      [userMessageId, 'user'],
    ]);
    expect(hits.slice(0, 2).find(({ title }) => title === 'Holiday in Norway')?.conversationId).toBe(conversation?.id);
  });

  it('narrows by role, model, persona, conversation and time', async () => {
    const caller = chat.newUser();
    const one = await post(chat, { caller, content: 'volcano one', persona: 'creative' });
    await complete(chat, { generationId: one.generationId, content: 'volcano reply', model: 'big:7b' });
    const two = await post(chat, { caller, content: 'volcano two' });
    const ids = async (filter: SearchMessagesRequest) => {
      const { hits } = await search(caller, { text: 'volcano', ...filter });
      return hits.flatMap(({ messageId }) => (messageId === '' ? [] : [messageId])).toSorted();
    };
    const all = [one.userMessageId, one.assistantMessageId, two.userMessageId].toSorted();
    expect(await ids({})).toEqual(all);
    expect(await ids({ role: 'assistant' })).toEqual([one.assistantMessageId]);
    expect(await ids({ model: 'big:7b' })).toEqual([one.assistantMessageId]);
    expect(await ids({ persona: 'creative' })).toEqual([one.userMessageId, one.assistantMessageId].toSorted());
    expect(await ids({ conversationId: two.conversationId })).toEqual([two.userMessageId]);
    const soon = toTimestamp(new Date(Date.now() + 60_000));
    expect(await ids({ to: soon })).toEqual(all);
    expect(await ids({ from: soon })).toEqual([]);
  });

  it('gives every hit once over its pages, the best first', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'comet comet comet', reply: 'A reply' });
    for (let index = 0; index < 6; index++) {
      await exchange(chat, { caller, conversationId, content: `a comet, number ${index}`, reply: 'Seen.' });
    }
    const found: string[] = [];
    let cursor = '';
    do {
      const page = await search(caller, { text: 'comet', role: 'user', limit: 3, cursor });
      found.push(...page.hits.map(({ snippet }) => snippet));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(found[0]).toBe('comet comet comet');
    expect(found).toHaveLength(7);
    expect(new Set(found).size).toBe(7);
  });

  it('goes on with a near word when nothing is found as typed, and says so, on every page', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'A question about the Mediterranean climate' });
    await exchange(chat, { caller, conversationId, content: 'More about the Mediterranean' });
    const request = { text: 'Meditteranean', role: 'user', limit: 1 };
    const first = await search(caller, request);
    expect(first).toMatchObject({ correctedQuery: 'mediterranean', hits: [{ role: 'user' }] });
    const second = await search(caller, { ...request, cursor: first.nextCursor });
    expect(second).toMatchObject({ correctedQuery: 'mediterranean', hits: [{ role: 'user' }], nextCursor: '' });
    expect(second.hits[0]?.messageId).not.toBe(first.hits[0]?.messageId);
    expect(await search(caller, 'xylophone')).toMatchObject({ correctedQuery: '', hits: [] });
  });

  it('shows nobody what is others’, not by a near word either', async () => {
    await exchange(chat, { caller: chat.newUser(), content: 'a cryptographic secret', reply: 'secret' });
    const stranger = chat.newUser();
    expect((await search(stranger, 'secret')).hits).toEqual([]);
    expect(await search(stranger, 'cryptografic')).toMatchObject({ hits: [], correctedQuery: '' });
  });

  it('shows a member what is in a shared conversation, by a near word too, and nothing after the member has left', async () => {
    const owner = chat.newUser();
    const member = chat.newUser();
    const { conversationId, userMessageId } = await exchange(chat, { caller: owner, content: 'a parliament of owls' });
    await exchange(chat, { caller: owner, content: 'other owls' });
    const { userId } = member;
    await chat.client.unary('SetMember', { conversationId, userId, role: 'reader' }, owner);
    const found = await search(member, { text: 'owl', role: 'user' });
    expect(found.hits.map(({ messageId }) => messageId)).toEqual([userMessageId]);
    expect((await search(member, 'parliament')).hits).toHaveLength(2);
    expect(await search(member, 'parlament')).toMatchObject({ correctedQuery: 'parliament' });
    await chat.client.unary('RemoveMember', { conversationId, userId }, member);
    expect(await search(member, 'owl')).toMatchObject({ hits: [] });
    expect(await search(member, 'parlament')).toMatchObject({ hits: [], correctedQuery: '' });
  });

  it('shows nothing that is in the trash, and shows it again when it is restored', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'a meteor', reply: 'Big meteor.' });
    expect((await search(caller, 'meteor')).hits).toHaveLength(3);
    await chat.client.unary('DeleteConversation', { conversationId }, caller);
    expect((await search(caller, 'meteor')).hits).toEqual([]);
    expect(await search(caller, 'meteror')).toMatchObject({ hits: [], correctedQuery: '' });
    await chat.client.unary('RestoreConversation', { conversationId }, caller);
    expect((await search(caller, 'meteor')).hits).toHaveLength(3);
  });

  it.each([
    ['nothing to look for', { text: ' … "" - * ' }],
    ['only what is to be left out', { text: '-coffee -"milk tea"' }],
    ['too long a text', { text: 'x'.repeat(501) }],
    ['a role that is none', { text: 'x', role: 'owner' }],
    ['a made-up cursor', { text: 'x', cursor: 'bm90IGpzb24' }],
  ])('refuses %s', async (_name, request) => {
    expect((await refusal(search(chat.newUser(), request))).reason).toBe('VALIDATION_FAILED');
  });

  it('refuses the cursor of another search', async () => {
    const caller = chat.newUser();
    await exchange(chat, { caller, content: 'lava', reply: 'lava' });
    const { nextCursor: cursor } = await search(caller, { text: 'lava', limit: 1 });
    expect(cursor).not.toBe('');
    expect((await refusal(search(caller, { text: 'magma', limit: 1, cursor }))).reason).toBe('VALIDATION_FAILED');
    const filtered = { text: 'lava', limit: 1, cursor, role: 'user' };
    expect((await refusal(search(caller, filtered))).reason).toBe('VALIDATION_FAILED');
  });

  it('takes the longest message of the widest characters, all words different', async () => {
    const caller = chat.newUser();
    const words = Array.from({ length: 24_000 }, (_, index) => String.fromCodePoint(0x20000 + index, 0x2a000 - index));
    const { generationId } = await post(chat, { caller, content: words.join(' ').slice(0, 99_999) });
    await complete(chat, { generationId, content: `needle ${words.join(' ')}`.repeat(4) });
    expect((await search(caller, 'needle')).hits).toHaveLength(1);
  });
});
