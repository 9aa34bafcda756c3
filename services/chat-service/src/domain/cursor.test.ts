import { AppError } from '@chatbot/errors';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeConversationCursor,
  decodeMessageCursor,
  encodeConversationCursor,
  encodeMessageCursor,
} from './cursor.ts';

it('finds the place of a conversation again', () => {
  const place = fc.record({
    archived: fc.boolean(),
    pinned: fc.boolean(),
    lastMessageAtMs: fc.integer({ min: 0, max: 8.64e15 }),
    id: fc.uuid(),
  });
  fc.assert(
    fc.property(place, (value) => {
      expect(decodeConversationCursor(encodeConversationCursor(value), value)).toMatchObject(value);
    }),
  );
});

it('finds the place of a message again', () => {
  const place = fc.record({
    conversationId: fc.uuid(),
    leafId: fc.oneof(fc.uuid(), fc.constant('')),
    id: fc.uuid(),
  });
  fc.assert(
    fc.property(place, (value) => {
      expect(decodeMessageCursor(encodeMessageCursor(value), value)).toMatchObject(value);
    }),
  );
});

it('refuses whatever else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(toBase64url)), (cursor) => {
      expect(() => decodeConversationCursor(cursor, { archived: false })).toThrow(AppError);
      expect(() => decodeMessageCursor(cursor, { conversationId: '', leafId: '' })).toThrow(AppError);
    }),
  );
});

function toBase64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
