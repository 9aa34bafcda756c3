import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';
import type { ConversationChanges } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import { useServices } from './services.tsx';

export type ConversationActions = {
  togglePinned: () => void;
  toggleArchived: () => void;
  /** Moves it to the trash; a notice offers to take that back. */
  trash: () => void;
  restore: () => void;
  /** Deletes for good what is in the trash. */
  purge: () => void;
};

/** What can be done with a conversation besides reading it. Failures are told as notices. */
export function useConversationActions(conversation: Conversation): ConversationActions {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const isOpen = useMatch('/c/:conversationId')?.params.conversationId === conversation.id;
  const cache = createThreadCache(queryClient);
  const title = conversation.title || texts.sidebar.untitled;

  function attempt(task: () => Promise<void>): void {
    void task().catch((error: unknown) => {
      notify(problemText(problemOf(error)));
      // A conflict means that what is shown is behind.
      cache.reload();
    });
  }

  async function change(from: Conversation, changes: ConversationChanges): Promise<Conversation> {
    const updated = await api.updateConversation(from, changes);
    cache.patchConversation(updated);
    cache.reloadConversations();
    return updated;
  }

  async function bringBack(): Promise<void> {
    cache.patchConversation(await api.restoreConversation(conversation.id));
    cache.reloadConversations();
    if (isOpen) void navigate(`/c/${conversation.id}`);
  }

  return {
    togglePinned: () => attempt(async () => void (await change(conversation, { pinned: !conversation.pinned }))),
    toggleArchived: () =>
      attempt(async () => {
        const updated = await change(conversation, { archived: !conversation.archived });
        if (!updated.archived) return;
        notify(texts.organise.archived(title), {
          label: texts.organise.undo,
          run: () => attempt(async () => void (await change(updated, { archived: false }))),
        });
      }),
    trash: () =>
      attempt(async () => {
        await api.deleteConversation(conversation.id);
        if (isOpen) void navigate('/', { replace: true });
        cache.removeConversation(conversation.id);
        cache.reloadConversations();
        notify(texts.organise.trashed(title), { label: texts.organise.undo, run: () => attempt(bringBack) });
      }),
    restore: () => attempt(bringBack),
    purge: () =>
      attempt(async () => {
        await api.purgeConversation(conversation.id);
        cache.reloadConversations();
      }),
  };
}
