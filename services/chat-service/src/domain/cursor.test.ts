import { AppError } from '@chatbot/errors';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeChangeCursor, encodeChangeCursor } from './change-cursor.ts';
import {
  decodeConversationCursor,
  decodeMessageCursor,
  encodeConversationCursor,
  encodeMessageCursor,
} from './cursor.ts';

it('finds the place of a conversation again, for the same filter alone', () => {
  const id = fc.uuid();
  const place = fc.record({ pinned: fc.boolean(), key: fc.integer({ min: 0, max: 8.64e15 }), id });
  const optional = { requiredKeys: ['archived', 'sort'] as ['archived', 'sort'] };
  const filters = fc.record(
    {
      archived: fc.boolean(),
      sort: fc.constantFrom('recent', 'created'),
      pinned: fc.boolean(),
      folderId: id,
      tag: fc.string(),
    },
    optional,
  );
  fc.assert(
    fc.property(place, filters, (value, filter) => {
      const cursor = encodeConversationCursor(value, filter);
      expect(decodeConversationCursor(cursor, filter)).toMatchObject(value);
      expect(() => decodeConversationCursor(cursor, { ...filter, archived: !filter.archived })).toThrow(AppError);
      expect(() => decodeConversationCursor(cursor, { ...filter, sort: 'title' })).toThrow(AppError);
    }),
  );
});

it('finds the place of a message again', () => {
  const place = fc.record({
    conversationId: fc.uuid(),
    leafId: fc.oneof(fc.uuid(), fc.constant('')),
    direction: fc.constantFrom('older', 'newer'),
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
      expect(() => decodeConversationCursor(cursor, { archived: false, sort: 'recent' })).toThrow(AppError);
      expect(() => decodeMessageCursor(cursor, { conversationId: '', leafId: '' })).toThrow(AppError);
    }),
  );
});

function toBase64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

it('finds the moment of the changes again, and takes nothing that it did not give out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8.64e15 }), (atMs) => {
      expect(decodeChangeCursor(encodeChangeCursor(atMs))).toBe(atMs);
    }),
  );
  const encoded = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), encoded), (cursor) => {
      expect(() => decodeChangeCursor(cursor)).toThrow(AppError);
    }),
  );
});
