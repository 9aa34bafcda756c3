import { expect, it } from 'vitest';
import type { Conversation } from '../api/schemas.ts';
import { groupByAge } from './group-by-age.ts';

function conversation(lastMessageAt: Date): Conversation {
  const at = lastMessageAt.toISOString();
  return {
    id: at,
    title: at,
    persona: undefined,
    model: undefined,
    params: {},
    pinned: false,
    archived: false,
    folderId: undefined,
    tags: [],
    generating: undefined,
    unread: undefined,
    role: 'owner',
    memberCount: 1,
    replyMode: 'always',
    activeLeafId: undefined,
    createdAt: at,
    updatedAt: at,
    lastMessageAt: at,
    deletedAt: undefined,
    version: 1,
  };
}

const now = new Date(2026, 2, 30, 0, 30);

it.each([
  ['a minute ahead of this clock', new Date(2026, 2, 30, 0, 31), 'today'],
  ['half an hour ago', new Date(2026, 2, 30, 0, 0), 'today'],
  ['before midnight', new Date(2026, 2, 29, 23, 59), 'yesterday'],
  ['a week ago', new Date(2026, 2, 23, 12), 'week'],
  ['thirty days ago', new Date(2026, 1, 28, 12), 'month'],
  ['last year', new Date(2025, 5, 1), 'older'],
])('puts %s where a calendar would', (_name, at, age) => {
  expect(groupByAge([conversation(at)], now).map((group) => group.age)).toEqual([age]);
});

it('keeps the order within a group and leaves empty groups out', () => {
  const [first, second] = [conversation(new Date(2026, 2, 20)), conversation(new Date(2026, 2, 10))];
  expect(groupByAge([first, second], now)).toEqual([{ age: 'month', items: [first, second] }]);
});
