import { describe, expect, it } from 'vitest';
import type { EndFrame, Message } from '../api/schemas.ts';
import {
  type Branch,
  branchOf,
  catchUp,
  followAround,
  messagesOf,
  patchMessage,
  placeMessage,
  settleMessage,
} from './branch.ts';
import { startGeneration } from './frames.ts';

function message(id: string, parentId: string | undefined, rest: Partial<Message> = {}): Message {
  return {
    id,
    conversationId: 'c1',
    parentId,
    role: 'user',
    content: id,
    contentSeq: 0,
    status: 'completed',
    generationId: undefined,
    authorId: undefined,
    model: undefined,
    problem: undefined,
    usage: undefined,
    timings: undefined,
    createdAt: '2026-01-01T00:00:00Z',
    version: 1,
    ...rest,
  };
}

const [a, b, c, d] = [message('a', undefined), message('b', 'a'), message('c', 'b'), message('d', 'c')];

/** Two pages, the newest first: c, d and before them a, b. */
const twoPages: Branch = {
  pages: [
    { items: [c, d], nextCursor: 'older', previousCursor: undefined, leafId: 'd' },
    { items: [a, b], nextCursor: undefined, previousCursor: undefined, leafId: 'd' },
  ],
  pageParams: [
    { cursor: undefined, leafId: 'd' },
    { cursor: 'older', leafId: 'd' },
  ],
};

function idsOf(branch: Branch | undefined): string[] {
  return messagesOf(branch).map(({ id }) => id);
}

describe('followAround', () => {
  const whole: Branch = twoPages;
  const open: Branch = {
    ...twoPages,
    pages: twoPages.pages.map((page, index) => (index === 0 ? { ...page, previousCursor: 'newer' } : page)),
  };

  it('adds what follows the end of the branch, whatever order it comes in, where that end is loaded', () => {
    const changed = [message('f', 'e'), message('e', 'd')];
    expect(idsOf(followAround(whole, changed))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(idsOf(followAround(open, changed))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('changes what is loaded, and leaves a branch that somebody else begins where it is', () => {
    const changed = [message('x', 'b'), message('c', 'b', { content: 'other words', version: 2 })];
    const branch = followAround(whole, changed);
    expect(messagesOf(branch).map(({ content }) => content)).toEqual(['a', 'b', 'other words', 'd']);
  });

  it('takes nothing in twice, and reads its pages again by what they were read by', () => {
    const branch = followAround(followAround(whole, [message('e', 'd')]), [message('e', 'd')]);
    expect(idsOf(branch)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(branch.pageParams).toEqual(whole.pageParams);
  });
});

describe('placeMessage', () => {
  it('appends a message below the last one', () => {
    expect(idsOf(placeMessage(twoPages, message('e', 'd')))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('starts a branch below an earlier message, also on an older page', () => {
    expect(idsOf(placeMessage(twoPages, message('x', 'c')))).toEqual(['a', 'b', 'c', 'x']);
    const branch = placeMessage(twoPages, message('x', 'a'));
    expect(idsOf(branch)).toEqual(['a', 'x']);
    expect(branch?.pageParams).toHaveLength(branch?.pages.length ?? 0);
  });

  it.each([
    ['below a message of the same page', message('x', 'c'), ['d', 'x']],
    ['below the last message of an older page', message('x', 'b'), ['c', 'x']],
    ['at the beginning', message('x', undefined), ['a', 'x']],
    ['at the end, where nothing stood', message('x', 'd'), undefined],
  ])('tells a message %s of the one in whose place it stands', (_place, placed, siblingIds) => {
    const branch = placeMessage(twoPages, placed);
    expect(messagesOf(branch).find(({ id }) => id === 'x')?.siblingIds).toEqual(siblingIds);
  });

  it('adds a message to the siblings that are known', () => {
    const known = message('d', 'c', { siblingIds: ['w', 'd'] });
    const branch = placeMessage(branchOf([a, b, c, known]), message('x', 'c'));
    expect(messagesOf(branch).at(-1)?.siblingIds).toEqual(['w', 'd', 'x']);
  });

  it('starts over with another first message', () => {
    expect(idsOf(placeMessage(twoPages, message('x', undefined)))).toEqual(['x']);
  });

  it('has no place for a message whose parent is not loaded', () => {
    expect(placeMessage(twoPages, message('x', 'unknown'))).toBeUndefined();
  });

  it('takes the same message twice without doubling it, and keeps the newer version', () => {
    const newer = message('d', 'c', { version: 3, content: 'newer' });
    const branch = placeMessage(twoPages, newer);
    expect(idsOf(branch)).toEqual(['a', 'b', 'c', 'd']);
    expect(messagesOf(placeMessage(branch as Branch, d)).at(-1)?.content).toBe('newer');
  });
});

describe('patchMessage', () => {
  it('changes what is given and keeps the rest', () => {
    const branch = patchMessage(twoPages, { id: 'd', conversationId: 'c1', version: 2, content: 'changed' });
    expect(messagesOf(branch).at(-1)).toMatchObject({ content: 'changed', parentId: 'c', version: 2 });
  });
});

it('does not end a running reply before its text is there', () => {
  const running = branchOf([a, message('b', 'a', { role: 'assistant', status: 'streaming', content: 'so far' })]);
  const end = { id: 'b', conversationId: 'c1', version: 2, status: 'completed' } as const;
  expect(patchMessage(running, end)).toEqual(running);
  expect(messagesOf(patchMessage(running, { ...end, content: 'all' })).at(-1)).toMatchObject({
    status: 'completed',
    content: 'all',
  });
});

describe('settleMessage', () => {
  const end: EndFrame = {
    type: 'end',
    generationId: 'g1',
    seq: 9,
    status: 'stopped',
    messageId: 'b',
    content: undefined,
    model: undefined,
    usage: { promptTokens: 3, completionTokens: 4 },
    timings: undefined,
    problem: undefined,
  };
  const state = { ...startGeneration({ generationId: 'g1', text: 'so far', lastSeq: 9 }), model: 'm', end };

  it('writes the end of a reply into its running message', () => {
    const running = branchOf([a, message('b', 'a', { role: 'assistant', status: 'pending', content: '' })]);
    expect(messagesOf(settleMessage(running, end, state)).at(-1)).toMatchObject({
      content: 'so far',
      status: 'stopped',
      model: 'm',
    });
  });

  it('leaves a message alone that has ended already', () => {
    const done = branchOf([a, message('b', 'a', { role: 'assistant', content: 'stored' })]);
    expect(messagesOf(settleMessage(done, end, state)).at(-1)?.content).toBe('stored');
  });
});

describe('messages that changed while nobody listened', () => {
  const branch = branchOf([message('m1', undefined), message('m2', 'm1', { status: 'streaming', role: 'assistant' })]);

  it('change what is loaded and are added at its end, in whichever order they are told', () => {
    const done = message('m2', 'm1', { status: 'completed', role: 'assistant', content: 'done', version: 3 });
    const next = catchUp(branch, [message('m4', 'm3'), message('m3', 'm2'), done]);
    expect(messagesOf(next).map(({ id, content }) => [id, content])).toEqual([
      ['m1', 'm1'],
      ['m2', 'done'],
      ['m3', 'm3'],
      ['m4', 'm4'],
    ]);
  });

  it('say that the branch is to be read again where one of them belongs to another one', () => {
    expect(catchUp(branch, [message('m5', 'm1')])).toBeUndefined();
  });
});
