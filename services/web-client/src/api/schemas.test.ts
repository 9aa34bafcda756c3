import { expect, it } from 'vitest';
import { ConversationPatchSchema, MessagePatchSchema } from './schemas.ts';

it('takes a patch for no more than it says, so that what is personal stays as it was', () => {
  const conversation = ConversationPatchSchema.parse({ id: 'c1', title: 'Renamed', version: 2 });
  const message = MessagePatchSchema.parse({ id: 'm1', conversationId: 'c1', status: 'completed' });
  const told = (patch: object) => Object.entries(patch).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  expect(told(conversation)).toEqual(['id', 'title', 'version']);
  expect(told(message)).toEqual(['id', 'conversationId', 'status']);
});
