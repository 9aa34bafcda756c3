import { Archive, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { ConversationItem } from './conversation-item.tsx';
import { groupByAge } from './group-by-age.ts';
import { useConversations } from './use-conversations.ts';

/** The conversations that are neither archived nor in the trash: pinned ones first, then by age. */
export function ConversationList() {
  const { list, conversations } = useConversations('active');
  if (list.isPending) return <Skeleton />;
  if (list.isError && conversations.length === 0) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 px-2 py-3 text-sm text-ink-soft">
        {texts.sidebar.failed} {problemText(problemOf(list.error))}
        <Button onClick={() => void list.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  const pinned = conversations.filter((conversation) => conversation.pinned);
  const others = conversations.filter((conversation) => !conversation.pinned);
  return (
    <>
      {conversations.length === 0 && <p className="px-2 py-3 text-sm text-ink-faint">{texts.sidebar.empty}</p>}
      {pinned.length > 0 && <Group title={texts.sidebar.groups.pinned} items={pinned} />}
      {groupByAge(others, new Date()).map(({ age, items }) => (
        <Group key={age} title={texts.sidebar.groups[age]} items={items} />
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
      <ul className="mt-2 border-t border-line pt-2">
        <Place to="/archive" icon={<Archive size={16} aria-hidden />}>
          {texts.organise.archiveTitle}
        </Place>
        <Place to="/trash" icon={<Trash2 size={16} aria-hidden />}>
          {texts.organise.trashTitle}
        </Place>
      </ul>
    </>
  );
}

function Group({ title, items }: { title: string; items: readonly Conversation[] }) {
  return (
    <section className="mb-4">
      <h2 className="px-2 pb-1 text-2xs font-medium text-ink-faint">{title}</h2>
      <ul>
        {items.map((conversation) => (
          <ConversationItem key={conversation.id} conversation={conversation} />
        ))}
      </ul>
    </section>
  );
}

function Place({ to, icon, children }: { to: string; icon: ReactNode; children: ReactNode }) {
  return (
    <li>
      <NavLink
        to={to}
        className="flex items-center gap-2.5 rounded-lg px-2 py-1.5 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
      >
        <span className="text-ink-faint">{icon}</span>
        {children}
      </NavLink>
    </li>
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
