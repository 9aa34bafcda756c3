import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
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

type Page = { ids: string[]; nextCursor: string };

/** Every page of a list, the first one first; `between` happens before each further page. */
async function readAll(
  readPage: (cursor: string) => Promise<Page>,
  between: (pageIndex: number) => Promise<unknown> = async () => {},
): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor = '';
  do {
    const page = await readPage(cursor);
    pages.push(page.ids);
    cursor = page.nextCursor;
    if (cursor !== '') await between(pages.length);
  } while (cursor !== '' && pages.length < 200);
  return pages;
}

function conversationPages(caller: Caller, limit: number) {
  return async (cursor: string): Promise<Page> => {
    const { conversations, nextCursor } = await chat.client.unary('ListConversations', { limit, cursor }, caller);
    return { ids: conversations.map(({ id }) => id), nextCursor };
  };
}

function messagePages(caller: Caller, request: { conversationId: string; leafId?: string; limit: number }) {
  return async (cursor: string): Promise<Page> => {
    const { messages, nextCursor } = await chat.client.unary('ListMessages', { ...request, cursor }, caller);
    return { ids: messages.map(({ id }) => id), nextCursor };
  };
}

async function createConversation(caller: Caller): Promise<string> {
  return present((await chat.client.unary('CreateConversation', {}, caller)).conversation).id;
}

describe('pages of conversations', () => {
  it('joined are the whole list, none twice and none missing, while new ones are made', async () => {
    const scenario = fc.record({
      pinned: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      limit: fc.integer({ min: 1, max: 5 }),
      newBetween: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ pinned, limit, newBetween }) => {
        const caller = chat.newUser();
        for (const pin of pinned) {
          const conversationId = await createConversation(caller);
          if (pin) await chat.client.unary('UpdateConversation', { conversationId, version: 1, pinned: true }, caller);
        }
        const all = (await readAll(conversationPages(caller, 100))).flat();
        expect(all).toHaveLength(pinned.length);

        const added: string[] = [];
        const pages = await readAll(conversationPages(caller, limit), async (index) => {
          for (let count = newBetween[index] ?? 0; count > 0; count--) added.push(await createConversation(caller));
        });

        const seen = pages.flat();
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => !added.includes(id))).toEqual(all);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 120_000);
});

describe('pages of messages', () => {
  it('joined are the tree and the branches, whatever its shape, while new messages come', async () => {
    const scenario = fc.record({
      // Each further turn goes below the reply of an earlier one, or edits its message.
      turns: fc.array(fc.record({ at: fc.nat(), kind: fc.constantFrom('post', 'edit') }), { maxLength: 6 }),
      limit: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ turns, limit }) => {
        const caller = chat.newUser();
        const first = await exchange(chat, { caller });
        const { conversationId } = first;
        const built: { leafId: string; userMessageId: string; branch: string[] }[] = [
          {
            leafId: first.assistantMessageId,
            userMessageId: first.userMessageId,
            branch: [first.userMessageId, first.assistantMessageId],
          },
        ];
        for (const { at, kind } of turns) {
          const origin = present(built[at % built.length]);
          const above = kind === 'post' ? origin.branch : origin.branch.slice(0, -2);
          const turn = await addTurn(caller, { conversationId, kind, origin });
          const branch = [...above, turn.userMessageId, turn.assistantMessageId];
          built.push({ leafId: turn.assistantMessageId, userMessageId: turn.userMessageId, branch });
        }

        for (const { leafId, branch } of built.slice(-3)) {
          const pages = await readAll(messagePages(caller, { conversationId, leafId, limit }));
          expect(pages.toReversed().flat()).toEqual(branch);
        }
        const tree = built.flatMap(({ branch }) => branch.slice(-2)).toSorted();
        const pages = await readAll(messagePages(caller, { conversationId, limit }), (index) =>
          index === 1 ? exchange(chat, { caller, conversationId }) : Promise.resolve(),
        );
        expect(pages.toReversed().flat()).toEqual(tree);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 120_000);
});

async function addTurn(
  caller: Caller,
  turn: { conversationId: string; kind: 'post' | 'edit'; origin: { leafId: string; userMessageId: string } },
) {
  const { conversationId, kind, origin } = turn;
  if (kind === 'post') return exchange(chat, { caller, conversationId, parentId: origin.leafId });
  const clientMessageId = `edit-${crypto.randomUUID()}`;
  const request = { messageId: origin.userMessageId, clientMessageId, content: 'Edited' };
  const edited = turnIds(await chat.client.unary('EditMessage', request, caller));
  const end = { generationId: edited.generationId, fence: 1, seq: 1, status: 'completed', content: 'A reply' };
  await chat.client.unary('CompleteGeneration', end, caller);
  return edited;
}

describe('a cursor of another list', () => {
  it('is refused: other filter, other conversation, other branch, other rpc, made up', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: leafId } = await exchange(chat, { caller });
    const { conversationId: other } = await exchange(chat, { caller });
    await exchange(chat, { caller, conversationId });
    const { client } = chat;
    const { nextCursor: listed } = await client.unary('ListConversations', { limit: 1 }, caller);
    const { nextCursor: tree } = await client.unary('ListMessages', { conversationId, limit: 1 }, caller);
    expect(listed).not.toBe('');
    expect(tree).not.toBe('');
    const forged = Buffer.from(JSON.stringify({ v: 2, list: 'conversations' })).toString('base64url');
    const refusals = await Promise.all(
      [
        client.unary('ListConversations', { cursor: listed, archived: true }, caller),
        client.unary('ListConversations', { cursor: tree }, caller),
        client.unary('ListConversations', { cursor: forged }, caller),
        client.unary('ListConversations', { cursor: 'x'.repeat(1_001) }, caller),
        client.unary('ListMessages', { conversationId: other, cursor: tree }, caller),
        client.unary('ListMessages', { conversationId, leafId, cursor: tree }, caller),
        client.unary('ListMessages', { conversationId, cursor: listed }, caller),
        client.unary('ListMessages', { conversationId, cursor: 'bm90IGpzb24' }, caller),
      ].map(refusal),
    );
    expect(refusals.map(({ reason }) => reason)).toEqual(refusals.map(() => 'VALIDATION_FAILED'));
  });

  it('of another user shows nothing of that user', async () => {
    const owner = chat.newUser();
    await post(chat, { caller: owner });
    await post(chat, { caller: owner });
    const { nextCursor: cursor } = await chat.client.unary('ListConversations', { limit: 1 }, owner);
    const { conversations } = await chat.client.unary('ListConversations', { cursor }, chat.newUser());
    expect(conversations).toEqual([]);
  });
});
