import { expect, it } from 'vitest';
import { MessageSchema } from '../api/schemas.ts';
import { readersByMessage } from './thread-people.ts';

const messages = ['1', '3', '5'].map((id) =>
  MessageSchema.parse({
    id,
    conversationId: 'c1',
    role: 'user',
    content: '',
    status: 'completed',
    createdAt: '2026-01-01T00:00:00Z',
    version: 1,
  }),
);

it('places each read mark at the last message of the branch that it includes, and nowhere before the first', () => {
  const marks = new Map([
    ['ada', '5'],
    ['grace', '4'],
    ['alan', '3'],
    ['mary', '0'],
  ]);
  expect([...readersByMessage(messages, marks)]).toEqual([
    ['5', ['ada']],
    ['3', ['grace', 'alan']],
  ]);
});
