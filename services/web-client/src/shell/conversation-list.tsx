import { Archive, Trash2 } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { NavLink } from 'react-router';
import { Virtualizer } from 'virtua';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { FolderNameDialog } from '../library/folder-name-dialog.tsx';
import { FolderTargets } from '../library/folder-targets.tsx';
import { ListBar } from '../library/list-bar.tsx';
import { useListChoice } from '../library/list-choice.tsx';
import { placeOf } from '../library/places.ts';
import { SelectionBar } from '../library/selection-bar.tsx';
import { useMove } from '../library/use-move.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { useFocusedRow } from '../ui/use-focused-row.ts';
import { whenNear } from '../ui/when-near.ts';
import { COMPOSER_ID } from './composer-id.ts';
import { ConversationItem } from './conversation-item.tsx';
import { listRowsOf } from './list-rows.ts';
import { useConversations } from './use-conversations.ts';

/** Conversations this far out of sight are there already, in pixels. */
const RENDER_AHEAD_PX = 400;
/** The next page is asked for when its place is this near, in pixels. */
const LOAD_AHEAD_PX = 600;

/** The conversations that are neither archived nor in the trash, or what the list is narrowed to. Only those in sight and near it are rendered. */
export function ConversationList() {
  const scroller = useRef<HTMLElement>(null);
  const { narrowing, selection } = useListChoice();
  const { list, conversations } = useConversations('active', narrowing);
  const [dragged, setDragged] = useState<Conversation>();
  const [toNewFolder, setToNewFolder] = useState<Conversation>();
  const move = useMove();
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div className="px-3">
        {selection === undefined ? <ListBar /> : <SelectionBar listed={conversations} ids={selection.ids} />}
      </div>
      <nav ref={scroller} aria-label={texts.sidebar.label} className="min-h-0 flex-1 overflow-y-auto px-3 pb-4">
        <Rows list={list} conversations={conversations} scroller={scroller} dragged={dragged} onDrag={setDragged} />
        <ul className="mt-2 border-t border-line pt-2">
          <Place to="/archive" icon={<Archive size={16} aria-hidden />}>
            {texts.organise.archiveTitle}
          </Place>
          <Place to="/trash" icon={<Trash2 size={16} aria-hidden />}>
            {texts.organise.trashTitle}
          </Place>
        </ul>
      </nav>
      {dragged !== undefined && <FolderTargets conversation={dragged} onNewFolder={() => setToNewFolder(dragged)} />}
      <FolderNameDialog
        folder={undefined}
        open={toNewFolder !== undefined}
        onOpenChange={(isOpen) => isOpen || setToNewFolder(undefined)}
        returnFocus={() => document.getElementById(COMPOSER_ID)?.focus()}
        onDone={(folder) => toNewFolder && move([toNewFolder], folder)}
      />
    </div>
  );
}

type RowsProps = ReturnType<typeof useConversations> & {
  scroller: RefObject<HTMLElement | null>;
  dragged: Conversation | undefined;
  onDrag: (conversation: Conversation | undefined) => void;
};

function Rows({ list, conversations, scroller, dragged, onDrag }: RowsProps) {
  const content = useRef<HTMLDivElement>(null);
  const focusedId = useFocusedRow(content);
  const { narrowing } = useListChoice();
  if (list.isPending) return <Skeleton />;
  if (list.isError && conversations.length === 0) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 px-2 py-3 text-sm text-ink-soft">
        {texts.sidebar.failed} {problemText(problemOf(list.error))}
        <Button onClick={() => void list.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  const rows = listRowsOf(conversations, { sort: narrowing.sort, now: new Date() });
  const order = rows.flatMap((row) => (row.kind === 'conversation' ? [row.id] : []));
  // The end of a drag is told to the row where it began.
  const kept = [focusedId, dragged?.id].map((keptId) => rows.findIndex(({ id }) => id === keptId));
  return (
    <div ref={content}>
      {conversations.length === 0 && (
        <p className="px-2 py-3 text-sm text-ink-faint">
          {placeOf(narrowing) === 'all' ? texts.sidebar.empty : texts.library.nothingHere}
        </p>
      )}
      <Virtualizer
        as="ul"
        item="li"
        scrollRef={scroller}
        bufferSize={RENDER_AHEAD_PX}
        keepMounted={kept.filter((index) => index !== -1)}
      >
        {rows.map((row) =>
          row.kind === 'heading' ? (
            <h2 key={row.id} className="px-2 pt-3 pb-1 text-2xs font-medium text-ink-faint">
              {row.text}
            </h2>
          ) : (
            <div key={row.id} data-row={row.id}>
              <ConversationItem conversation={row.conversation} order={order} onDrag={onDrag} />
            </div>
          ),
        )}
      </Virtualizer>
      {list.hasNextPage && <More list={list} scroller={scroller} />}
    </div>
  );
}

/** Loads the next page when one comes near to it; the button is for who does not scroll. */
function More({ list, scroller }: Pick<RowsProps, 'list' | 'scroller'>) {
  const place = useRef<HTMLDivElement>(null);
  const { isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    const element = place.current;
    if (element === null || isFetchingNextPage || isFetchNextPageError) return;
    return whenNear({
      element,
      scroller: scroller.current,
      aheadPx: LOAD_AHEAD_PX,
      onNear: () => void fetchNextPage(),
    });
  }, [isFetchingNextPage, isFetchNextPageError, fetchNextPage, scroller]);
  return (
    <div ref={place}>
      <Button look="plain" className="w-full" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {isFetchingNextPage ? texts.loading : texts.sidebar.more}
      </Button>
    </div>
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
