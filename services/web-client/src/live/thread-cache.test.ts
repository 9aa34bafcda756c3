import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import {
  type Conversation,
  type ConversationPage,
  ConversationPatchSchema,
  ConversationSchema,
  PostedTurnSchema,
} from '../api/schemas.ts';
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

it('says what is unread in every list that holds the conversation, and reads again where it is not there yet', async () => {
  const queryClient = new QueryClient();
  const conversation = ConversationSchema.parse({ id: 'c1', title: 'One', createdAt: '', updatedAt: '', version: 1 });
  const keys = [queryKeys.conversations, queryKeys.conversationsIn('active', { tag: 'garden' })];
  for (const key of keys) queryClient.setQueryData(key, { pages: [{ items: [conversation] }], pageParams: [] });
  const cache = createThreadCache(queryClient);
  cache.mark('c1', { unread: true });
  const lists = keys.map((key) => queryClient.getQueryData<InfiniteData<ConversationPage>>(key));
  expect(lists.map((list) => list?.pages[0]?.items[0]?.unread)).toEqual([true, true]);
  expect(queryClient.getQueryState(queryKeys.conversations)?.isInvalidated).toBe(false);
  cache.mark('c2', { unread: true });
  expect(queryClient.getQueryState(queryKeys.conversations)?.isInvalidated).toBe(true);
});

it('takes a conversation out of its folder when somebody’s own session says so, not when another member changes it', () => {
  const queryClient = new QueryClient();
  const stored = { id: 'c1', title: 'One', folderId: 'f1', createdAt: '', updatedAt: '', version: 1 };
  queryClient.setQueryData(queryKeys.conversation('c1'), ConversationSchema.parse(stored));
  const folderAfter = (patch: object) => {
    createThreadCache(queryClient).patchConversation(ConversationPatchSchema.parse({ id: 'c1', ...patch }));
    return queryClient.getQueryData<Conversation>(queryKeys.conversation('c1'))?.folderId;
  };
  expect(folderAfter({ title: 'Two', version: 2 })).toBe('f1');
  expect(folderAfter({ title: 'Two', version: 3, pinned: false })).toBeUndefined();
});
