import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';
import { type Arrangement, CHANGED_AT_ONCE_MAX } from '../api/library.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import { useReloadLibrary } from './use-library.ts';

type Step = { conversation: Conversation; arrangement: Arrangement };

export type ArrangeActions = {
  /** Puts each conversation where `arrangementOf` says; a notice says so and offers to take it back. */
  arrange: (
    conversations: readonly Conversation[],
    arrangementOf: (conversation: Conversation) => Arrangement,
    notice: (count: number) => string,
  ) => void;
  /** Moves them to the trash; a notice offers to take that back. */
  trash: (conversations: readonly Conversation[]) => void;
};

/** Changes of one or many conversations at once, with a way back. Failures are told as notices. */
export function useArrange(): ArrangeActions {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const openId = useMatch('/c/:conversationId')?.params.conversationId;
  const reloadLibrary = useReloadLibrary();
  const cache = createThreadCache(queryClient);

  function attempt(task: () => Promise<void>): void {
    void task()
      .catch((error: unknown) => notify(problemText(problemOf(error))))
      .finally(() => {
        // Some of many may have been changed before one failed.
        cache.reloadConversations();
        reloadLibrary();
      });
  }

  async function apply(steps: readonly Step[]): Promise<Conversation[]> {
    const changed: Conversation[] = [];
    for (const group of Map.groupBy(steps, ({ arrangement }) => JSON.stringify(arrangement)).values()) {
      const ids = group.map(({ conversation }) => conversation.id);
      changed.push(...(await changeEach(ids, (part) => api.library.arrange(part, group[0]?.arrangement ?? {}))));
    }
    for (const conversation of changed) cache.patchConversation(conversation);
    return changed;
  }

  /** As many as a call may change, one call after the other. */
  async function changeEach(
    ids: readonly string[],
    change: (part: readonly string[]) => Promise<Conversation[]>,
  ): Promise<Conversation[]> {
    const changed: Conversation[] = [];
    for (const part of partsOf(ids)) changed.push(...(await change(part)));
    return changed;
  }

  return {
    arrange: (conversations, arrangementOf, notice) =>
      attempt(async () => {
        const steps = conversations.map((conversation) => ({ conversation, arrangement: arrangementOf(conversation) }));
        const isGoingUnread = steps.some(
          ({ conversation, arrangement }) => arrangement.unread === true && conversation.id === openId,
        );
        // What stays on screen would count as read in the next moment.
        if (isGoingUnread) void navigate('/');
        const changedIds = new Set((await apply(steps)).map(({ id }) => id));
        const done = steps.filter(({ conversation }) => changedIds.has(conversation.id));
        if (done.length === 0) return;
        notify(notice(done.length), {
          label: texts.organise.undo,
          run: () => attempt(async () => void (await apply(done.map(backwards)))),
        });
      }),
    trash: (conversations) =>
      attempt(async () => {
        const ids = conversations.map(({ id }) => id);
        const gone = (await changeEach(ids, (part) => api.library.trash(part))).map(({ id }) => id);
        if (openId !== undefined && gone.includes(openId)) void navigate('/', { replace: true });
        for (const id of gone) cache.removeConversation(id);
        if (gone.length < ids.length) notify(texts.library.notYours(ids.length - gone.length));
        if (gone.length === 0) return;
        notify(texts.library.trashed(gone.length), {
          label: texts.organise.undo,
          run: () => attempt(async () => void (await changeEach(gone, (part) => api.library.restore(part)))),
        });
      }),
  };
}

/** The step that makes a conversation what it was before. */
function backwards({ conversation, arrangement }: Step): Step {
  const { archived, folderId, tags, unread } = conversation;
  const before = { archived, folderId: folderId ?? null, tags, unread: unread ?? false };
  const changed = Object.entries(before).filter(([key]) => Object.hasOwn(arrangement, key));
  return { conversation, arrangement: Object.fromEntries(changed) };
}

function partsOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / CHANGED_AT_ONCE_MAX);
  return Array.from({ length: count }, (_unused, index) =>
    items.slice(index * CHANGED_AT_ONCE_MAX, (index + 1) * CHANGED_AT_ONCE_MAX),
  );
}
