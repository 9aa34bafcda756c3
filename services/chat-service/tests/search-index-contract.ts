import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { addConversation } from '../src/app/add-conversation.ts';
import type { ArchiveStore } from '../src/app/ports/archive-store.ts';
import type { ConversationStore } from '../src/app/ports/conversation-store.ts';
import type { MemberStore } from '../src/app/ports/member-store.ts';
import type { SearchIndex } from '../src/app/ports/search-index.ts';
import type { TrashStore } from '../src/app/ports/trash-store.ts';
import type { ImportedMessage } from '../src/domain/imported-conversation.ts';
import type { SearchFilter } from '../src/domain/search.ts';
import { parseSearchQuery } from '../src/domain/search-query.ts';
import { present } from './harness.ts';

/** A search index, and the stores whose contents it finds. */
export type SearchedStores = {
  readonly searchIndex: SearchIndex;
  readonly archive: ArchiveStore;
  readonly conversations: ConversationStore;
  readonly members: MemberStore;
  readonly trash: TrashStore;
};

type Stored = { userId: string; title?: string; persona?: string; messages: readonly Partial<ImportedMessage>[] };

const nowMs = Date.UTC(2026, 6, 1);

/** What every search index must do, wherever it keeps what it knows. */
export function searchIndexContract(stores: () => SearchedStores): void {
  /** Stores a conversation whose messages stand below each other, a day apart; returns its id. */
  async function store({ userId, title = 'Untold', persona = 'assistant', messages }: Stored): Promise<string> {
    const at = (index: number) => new Date(nowMs + index * 86_400_000);
    const conversation = {
      title,
      persona,
      model: '',
      parameters: {},
      pinned: false,
      archived: false,
      createdAt: at(0),
      updatedAt: at(messages.length),
      activeIndex: messages.length - 1,
      messages: messages.map((message, index) => ({
        parentIndex: index === 0 ? null : index - 1,
        role: 'user' as const,
        content: '',
        status: 'completed' as const,
        model: '',
        usage: null,
        timings: null,
        createdAt: at(index),
        ...message,
      })),
    };
    const { archive } = stores();
    return present(await addConversation({ archive, newId: uuidv7, clock: () => nowMs }, { userId, conversation })).id;
  }

  async function find(userId: string, text: string, filter: SearchFilter = {}): Promise<string[]> {
    const hits = await stores().searchIndex.search({ userId, query: parseSearchQuery(text), filter, limit: 100 });
    return hits.map(({ snippet }) => snippet.text);
  }

  describe('a SearchIndex', () => {
    it('finds what has just been stored, in another form, by its beginning and as a phrase, and leaves out what it is told to', async () => {
      const userId = uuidv7();
      await store({ userId, messages: [{ content: 'They run in the woods' }, { content: 'They run in the rain' }] });
      expect(await find(userId, 'running')).toHaveLength(2);
      expect(await find(userId, 'woo*')).toEqual(['They run in the woods']);
      expect(await find(userId, '"in the rain"')).toEqual(['They run in the rain']);
      expect(await find(userId, 'run -rain')).toEqual(['They run in the woods']);
      expect(await find(userId, 'nothing')).toEqual([]);
    });

    it('narrows by each filter', async () => {
      const userId = uuidv7();
      const messages = [
        { content: 'apples asked' },
        { content: 'apples answered', role: 'assistant' as const, model: 'big' },
      ];
      const conversationId = await store({ userId, persona: 'creative', messages });
      await store({ userId, messages: [{ content: 'apples elsewhere' }] });
      expect(await find(userId, 'apples')).toHaveLength(3);
      expect(await find(userId, 'apples', { role: 'assistant' })).toEqual(['apples answered']);
      expect(await find(userId, 'apples', { model: 'big' })).toEqual(['apples answered']);
      expect(await find(userId, 'apples', { persona: 'assistant' })).toEqual(['apples elsewhere']);
      expect(await find(userId, 'apples', { conversationId })).toHaveLength(2);
      expect(await find(userId, 'apples', { fromMs: nowMs + 1 })).toEqual(['apples answered']);
      expect((await find(userId, 'apples', { toMs: nowMs + 1 })).toSorted()).toEqual([
        'apples asked',
        'apples elsewhere',
      ]);
    });

    it('gives the best first, each once over its pages, and marks what was found', async () => {
      const userId = uuidv7();
      const filler = ' and much else that has nothing to do with it'.repeat(5);
      const contents = Array.from({ length: 7 }, (_unused, index) => `${'pear '.repeat(index + 1)}${filler}`);
      await store({ userId, title: 'Pears', messages: contents.map((content) => ({ content })) });
      const search = { userId, query: parseSearchQuery('pear'), filter: {} };
      const { searchIndex } = stores();
      const all = await searchIndex.search({ ...search, limit: 100 });
      expect(all).toHaveLength(8);
      expect(all.filter(({ messageId }) => messageId === null)).toMatchObject([{ role: null, title: 'Pears' }]);
      const scores = all.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      const paged = [];
      let after: { score: number; id: string } | undefined;
      do {
        const page = await searchIndex.search({ ...search, after, limit: 3 });
        paged.push(...page);
        const last = page.at(-1);
        after = last === undefined ? undefined : { score: last.score, id: last.messageId ?? last.conversationId };
      } while (after !== undefined);
      expect(paged).toEqual(all);
      for (const { snippet } of all) {
        const marked = snippet.highlights.map(({ start, end }) => snippet.text.slice(start, end).toLowerCase());
        expect(new Set(marked.map((word) => word.replace(/s$/, '')))).toEqual(new Set(['pear']));
      }
    });

    it('shows what somebody may read, and nothing that is in the trash, until it is restored', async () => {
      const { conversations, members, trash } = stores();
      const [userId, memberId, strangerId] = [uuidv7(), uuidv7(), uuidv7()];
      const conversationId = await store({ userId, messages: [{ content: 'a hidden quince' }] });
      const key = { conversationId, userId, nowMs };
      expect(await find(strangerId, 'quince')).toEqual([]);
      expect(await find(memberId, 'quince')).toEqual([]);
      await members.set({ ...key, memberId, role: 'reader' });
      expect(await find(memberId, 'quince')).toEqual(['a hidden quince']);
      await conversations.remove(key);
      expect([...(await find(userId, 'quince')), ...(await find(memberId, 'quince'))]).toEqual([]);
      await trash.restore(key);
      expect(await find(userId, 'quince')).toEqual(['a hidden quince']);
      await members.remove({ ...key, memberId });
      expect(await find(memberId, 'quince')).toEqual([]);
    });

    it('suggests a word that is found instead of one that nobody wrote, and none that is others’ alone', async () => {
      const [userId, strangerId] = [uuidv7(), uuidv7()];
      await store({ userId, title: 'Gooseberries', messages: [{ content: 'We went to the observatory' }] });
      const words = ['observatry', 'goosberries', 'qwxyzv'];
      const suggestions = await stores().searchIndex.suggest({ userId, words });
      expect([...suggestions.keys()].toSorted()).toEqual(['goosberries', 'observatry']);
      expect(await find(userId, present(suggestions.get('observatry')))).toEqual(['We went to the observatory']);
      expect(await find(userId, present(suggestions.get('goosberries')))).toEqual(['Gooseberries']);
      expect(await stores().searchIndex.suggest({ userId: strangerId, words })).toEqual(new Map());
    });
  });
}
