import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { PostedTurnSchema } from '../api/schemas.ts';
import { type Branch, messagesOf } from './branch.ts';
import { createThreadCache, queryKeys } from './thread-cache.ts';

/** The messages that a thread shows once a message is acknowledged. */
function shownAfter(acknowledgement: object) {
  const queryClient = new QueryClient();
  const turn = PostedTurnSchema.parse({ conversationId: 'c1', userMessageId: 'u1', ...acknowledgement });
  createThreadCache(queryClient).placeTurn(turn, { content: 'Between us', parentId: undefined });
  const messages = messagesOf(queryClient.getQueryData<Branch>(queryKeys.messages('c1')));
  return messages.map(({ role, status, content }) => ({ role, status, content }));
}

const question = { role: 'user', status: 'completed', content: 'Between us' };

it('shows a message that was sent with the reply to come, and alone when it is not to be answered', () => {
  const reply = { role: 'assistant', status: 'pending', content: '' };
  expect(shownAfter({ assistantMessageId: 'a1', generationId: 'g1' })).toEqual([question, reply]);
  expect(shownAfter({})).toEqual([question]);
});
