import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { Search, SquarePen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { ConversationPage } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Keys } from '../ui/keys.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ConversationItem } from './conversation-item.tsx';
import { groupByAge } from './group-by-age.ts';
import { useOpenOverlay } from './overlays.tsx';
import { useServices } from './services.tsx';
import { isMac, keysOf, SHORTCUTS } from './shortcuts.ts';

/** The conversations, the way to a new one, and the account. */
export function Sidebar({ closeButton }: { closeButton?: ReactNode }) {
  return (
    <aside aria-label={texts.sidebar.region} className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center justify-between pr-2 pl-4">
        <Link to="/" className="rounded-md">
          <Wordmark />
        </Link>
        {closeButton}
      </div>
      <div className="px-3 pb-2">
        <Link
          to="/"
          className="flex h-10 items-center gap-2.5 rounded-lg border border-line bg-raised px-3 text-sm font-medium shadow-card transition-colors hover:border-line-strong"
        >
          <SquarePen size={16} aria-hidden className="text-accent" />
          {texts.sidebar.newChat}
        </Link>
        <SearchButton />
      </div>
      <nav aria-label={texts.sidebar.label} className="min-h-0 flex-1 overflow-y-auto px-3 pt-2 pb-4">
        <ConversationList />
      </nav>
      <div className="shrink-0 border-t border-line p-2">
        <AccountMenu />
      </div>
    </aside>
  );
}

function SearchButton() {
  const open = useOpenOverlay();
  return (
    <button
      type="button"
      onClick={() => open('palette')}
      className="mt-1 flex h-10 w-full items-center gap-2.5 rounded-lg px-3 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink"
    >
      <Search size={16} aria-hidden className="text-ink-faint" />
      <span className="flex-1 text-left">{texts.palette.open}</span>
      <span aria-hidden className="pointer-coarse:hidden">
        <Keys names={keysOf(SHORTCUTS.palette, { isMac: isMac() })} />
      </span>
    </button>
  );
}

function ConversationList() {
  const { api } = useServices();
  const list = useInfiniteQuery<
    ConversationPage,
    Error,
    InfiniteData<ConversationPage>,
    typeof queryKeys.conversations,
    string | undefined
  >({
    queryKey: queryKeys.conversations,
    queryFn: ({ pageParam, signal }) => api.listConversations({ cursor: pageParam, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  if (list.isPending) return <Skeleton />;
  const conversations = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && conversations.length === 0) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 px-2 py-3 text-sm text-ink-soft">
        {texts.sidebar.failed} {problemText(problemOf(list.error))}
        <Button onClick={() => void list.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  if (conversations.length === 0) return <p className="px-2 py-3 text-sm text-ink-faint">{texts.sidebar.empty}</p>;
  return (
    <>
      {groupByAge(conversations, new Date()).map(({ age, items }) => (
        <section key={age} className="mb-4">
          <h2 className="px-2 pb-1 text-2xs font-medium text-ink-faint">{texts.sidebar.groups[age]}</h2>
          <ul>
            {items.map((conversation) => (
              <ConversationItem key={conversation.id} conversation={conversation} />
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button
          look="plain"
          className="w-full"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? texts.loading : texts.sidebar.more}
        </Button>
      )}
    </>
  );
}

function Skeleton() {
  return (
    <div role="status" className="grid gap-3 px-2 py-3">
      <span className="sr-only">{texts.loading}</span>
      {['w-40', 'w-48', 'w-32', 'w-44'].map((width) => (
        <span key={width} className={`h-3.5 animate-breathe rounded-full bg-hover ${width}`} />
      ))}
    </div>
  );
}
