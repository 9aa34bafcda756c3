import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { ConversationStore } from '../src/app/ports/conversation-store.ts';
import type { GenerationStore } from '../src/app/ports/generation-store.ts';
import type { MemberStore } from '../src/app/ports/member-store.ts';
import type { NewTurn, TurnPlace, TurnStore } from '../src/app/ports/turn-store.ts';
import { present } from './harness.ts';

/** What every implementation of the ports must do; a race has twenty workers and one winner. */
export type Stores = {
  readonly conversations: ConversationStore;
  readonly turns: TurnStore;
  readonly generations: GenerationStore;
  readonly members: MemberStore;
};

const filter = { archived: false, sort: 'recent' } as const;
const workers = Array.from({ length: 20 }, (_, index) => index);

export function newTurn(turn: Partial<NewTurn> = {}): NewTurn {
  const place: TurnPlace = { kind: 'start', conversationId: uuidv7(), persona: 'assistant', model: '' };
  return {
    userId: uuidv7(),
    clientMessageId: uuidv7(),
    requestHash: 'hash',
    place,
    userMessage: { id: uuidv7(), content: 'Hello', language: 'english' },
    assistantMessageId: uuidv7(),
    generationId: uuidv7(),
    title: 'Hello',
    parameters: {},
    nowMs: Date.now(),
    ...turn,
  };
}

export function turnStoreContract(stores: () => Stores): void {
  describe('a TurnStore', () => {
    it('lets one of twenty new conversations with one clientMessageId win', async () => {
      const { turns, conversations } = stores();
      const key = { userId: uuidv7(), clientMessageId: uuidv7() };
      const results = await Promise.all(workers.map(() => turns.add(newTurn(key))));
      const winners = results.filter((result) => result !== undefined);
      expect(winners).toHaveLength(1);
      expect(await turns.find(key)).toMatchObject({ generation: { id: winners[0]?.generation.id }, inTrash: false });
      expect(await conversations.list({ userId: key.userId, filter, limit: 100 })).toHaveLength(1);
    });

    it('returns what it stores', async () => {
      const { turns } = stores();
      const turn = newTurn({ parameters: { temperature: 1, stop: ['x'] } });
      const { context, customPersona, ...added } = present(await turns.add(turn));
      expect(customPersona).toBeNull();
      expect(context).toEqual([{ role: 'user', content: 'Hello' }]);
      expect(await turns.find(turn)).toEqual({ ...added, inTrash: false });
    });

    it('rolls everything back when one part cannot be stored', async () => {
      const { turns, conversations } = stores();
      const first = newTurn();
      await turns.add(first);
      const userId = uuidv7();
      // The reply's id is taken, which the very last part of the work finds out.
      const broken = newTurn({ userId, assistantMessageId: first.assistantMessageId });
      await expect(turns.add(broken)).rejects.toMatchObject({ reason: 'INTERNAL' });
      expect(await conversations.list({ userId, filter, limit: 100 })).toEqual([]);
      expect(await turns.find(broken)).toBeUndefined();
      expect(await turns.add(newTurn({ userId, clientMessageId: broken.clientMessageId }))).toBeDefined();
    });

    it('says what is in the way', async () => {
      const { turns, conversations } = stores();
      const first = newTurn();
      const { userId } = first;
      const { conversation, assistantMessage, userMessage } = present(await turns.add(first));
      const at = (place: TurnPlace, by = userId) =>
        turns.findObstacle({ userId: by, clientMessageId: uuidv7(), place });
      const post: TurnPlace = { kind: 'post', conversationId: conversation.id, addressed: false };
      expect(await at(post)).toBe('running');
      expect(await at({ ...post, parentId: userMessage.id })).toBe('none');
      expect(await at({ ...post, parentId: uuidv7() })).toBe('missing');
      expect(await at(post, uuidv7())).toBe('missing');
      expect(await at({ kind: 'edit', messageId: userMessage.id })).toBe('none');
      expect(await at({ kind: 'edit', messageId: assistantMessage.id })).toBe('wrong-role');
      expect(await at({ kind: 'regenerate', messageId: assistantMessage.id })).toBe('running');
      expect(await at({ kind: 'regenerate', messageId: userMessage.id })).toBe('wrong-role');
      await conversations.remove({ conversationId: conversation.id, userId, nowMs: Date.now() });
      expect(await at(post)).toBe('missing');
      expect(await at({ kind: 'edit', messageId: userMessage.id })).toBe('missing');
      expect(await turns.find(first)).toMatchObject({ inTrash: true });
    });
  });
}

export function generationStoreContract(stores: () => Stores): void {
  const end = { status: 'completed', content: 'End', model: '', usage: null, timings: null, problem: null } as const;

  describe('a GenerationStore', () => {
    it('lets one of twenty ends win and keeps it', async () => {
      const { turns, generations } = stores();
      const turn = newTurn();
      await turns.add(turn);
      const { generationId } = turn;
      const ends = await Promise.all(
        workers.map((seq) =>
          generations.complete({
            generationId,
            fence: 1,
            end: { ...end, seq },
            language: 'english',
            nowMs: Date.now(),
          }),
        ),
      );
      expect(ends).toEqual(ends.map(() => ends[0]));
      expect(ends[0]).toMatchObject({ message: { version: 2 }, conversation: { version: 2 } });
    });

    it('counts the unfinished ones and knows the oldest, until they end', async () => {
      const { turns, generations } = stores();
      const before = await generations.countUnfinished();
      const turn = newTurn({ nowMs: 1_000 });
      await turns.add(turn);
      expect(await generations.countUnfinished()).toEqual({ count: before.count + 1, oldestCreatedAtMs: 1_000 });
      const { generationId } = turn;
      const completion = { generationId, fence: 1, end: { ...end, seq: 1 }, language: 'english' } as const;
      await generations.complete({ ...completion, nowMs: Date.now() });
      expect(await generations.countUnfinished()).toEqual(before);
    });

    it('keeps the newest of twenty checkpoints, whatever their order', async () => {
      const { turns, generations } = stores();
      const turn = newTurn();
      await turns.add(turn);
      const { generationId } = turn;
      const nowMs = Date.now();
      await Promise.all(
        workers.map((seq) =>
          generations.checkpoint({ generationId, fence: 1, seq, content: `${seq}`, model: '', nowMs }),
        ),
      );
      expect(await generations.getTask(generationId)).toMatchObject({ generation: { seq: 19 }, content: '19' });
    });

    it('lets only the highest fence write, once it has been seen', async () => {
      const { turns, generations } = stores();
      const turn = newTurn();
      await turns.add(turn);
      const { generationId } = turn;
      const checkpoint = (fence: number, seq: number) =>
        generations.checkpoint({ generationId, fence, seq, content: `by ${fence}`, model: '', nowMs: Date.now() });
      await Promise.all(workers.map((fence) => checkpoint(fence, fence + 1)));
      expect(await checkpoint(18, 1_000)).toBe('fenced');
      expect(await checkpoint(19, 1_000)).toBe('ok');
      expect(await generations.getTask(generationId)).toMatchObject({ content: 'by 19' });
    });

    it('knows nothing of a generation that is not there', async () => {
      const { generations } = stores();
      const generationId = uuidv7();
      const nowMs = Date.now();
      const checkpoint = { generationId, fence: 1, seq: 1, content: '', model: '', nowMs };
      expect(await generations.checkpoint(checkpoint)).toBe('missing');
      expect(
        await generations.complete({ generationId, fence: 1, end: { ...end, seq: 1 }, language: 'english', nowMs }),
      ).toBe('missing');
      expect(await generations.getTask(generationId)).toBeUndefined();
      expect(await generations.get({ generationId, userId: uuidv7() })).toBeUndefined();
    });
  });
}

export function conversationStoreContract(stores: () => Stores): void {
  describe('a ConversationStore', () => {
    it('lets one of twenty updates of a version win', async () => {
      const { turns, conversations } = stores();
      const turn = newTurn();
      const { conversation } = present(await turns.add(turn));
      const key = { conversationId: conversation.id, userId: turn.userId, version: 1, nowMs: Date.now() };
      const results = await Promise.all(
        workers.map((worker) => conversations.update({ ...key, changes: { title: `T${worker}` } })),
      );
      const won = results.filter(({ outcome }) => outcome === 'updated');
      expect(won).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(19);
      expect(won).toEqual([{ outcome: 'updated', conversation: await conversations.get(key) }]);
    });

    it('gives back the times it was given, to the millisecond', async () => {
      const { turns, conversations } = stores();
      const nowMs = Date.UTC(2026, 6, 1, 23, 59, 59, 987);
      const turn = newTurn({ nowMs });
      const { conversation } = present(await turns.add(turn));
      const key = { conversationId: conversation.id, userId: turn.userId };
      expect(conversation.createdAt.getTime()).toBe(nowMs);
      expect(await conversations.get(key)).toEqual(conversation);
      expect(await conversations.list({ ...key, filter, limit: 1 })).toEqual([
        { ...conversation, unread: false, generating: true },
      ]);
      expect(await stores().turns.find(turn)).toMatchObject({ generation: { createdAt: new Date(nowMs) } });
    });
  });
}

export function memberStoreContract(stores: () => Stores): void {
  describe('a MemberStore', () => {
    it('makes a member once when twenty ask at the same time, and lets twenty removals be one', async () => {
      const { turns, members, conversations } = stores();
      const turn = newTurn();
      const { conversation } = present(await turns.add(turn));
      const key = { conversationId: conversation.id, userId: turn.userId };
      const change = { ...key, memberId: uuidv7(), nowMs: Date.now() };
      const set = await Promise.all(workers.map(() => members.set({ ...change, role: 'reader' })));
      expect(new Set(set)).toEqual(new Set(['set']));
      expect((await conversations.get(key))?.members).toMatchObject([{ userId: change.memberId, role: 'reader' }]);
      const removed = await Promise.all(workers.map(() => members.remove(change)));
      expect(new Set(removed)).toEqual(new Set(['removed']));
      expect((await conversations.get(key))?.members).toEqual([]);
    });

    it('says what is in the way', async () => {
      const { turns, members, conversations } = stores();
      const turn = newTurn();
      const { conversation } = present(await turns.add(turn));
      const key = { conversationId: conversation.id, userId: turn.userId };
      const memberId = uuidv7();
      const nowMs = Date.now();
      await members.set({ ...key, memberId, role: 'writer', nowMs });
      const asMember = { ...key, userId: memberId, nowMs };
      expect(await members.set({ ...asMember, memberId: uuidv7(), role: 'reader' })).toBe('not-owner');
      expect(await members.remove({ ...asMember, memberId: uuidv7() })).toBe('not-owner');
      expect(await members.removeInvite({ ...asMember, inviteId: uuidv7() })).toBe('not-owner');
      expect(await members.listInvites(asMember)).toBeUndefined();
      expect(await members.set({ ...asMember, userId: uuidv7(), memberId, role: 'reader' })).toBe('missing');
      await conversations.remove({ ...key, nowMs });
      expect(await members.set({ ...key, memberId, role: 'reader', nowMs })).toBe('missing');
    });
  });
}
