import { ArrowDown } from 'lucide-react';
import { type ReactElement, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { Virtualizer } from 'virtua';
import type { Message } from '../api/schemas.ts';
import type { OutboxEntry } from '../live/outbox.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { useFocusedRow } from '../ui/use-focused-row.ts';
import { whenNear } from '../ui/when-near.ts';
import { Announcer } from './announcer.tsx';
import { AssistantMessage } from './assistant-message.tsx';
import { MessageMarks } from './message-marks.tsx';
import type { ThreadPeople } from './thread-people.ts';
import { useMarkRead } from './use-mark-read.ts';
import { type StartPlace, useStickToBottom } from './use-stick-to-bottom.ts';
import { runningReplyOf } from './use-thread.ts';
import { UnsentMessage, UserMessage } from './user-message.tsx';

/** The space above the first message, in pixels; the list has to know it. */
const TOP_PX = 24;
/** Older messages are asked for when their end is this near, in pixels. */
const LOAD_AHEAD_PX = 800;
/** Messages this far out of sight are there already, in pixels. */
const RENDER_AHEAD_PX = 600;

/** The messages before the loaded ones, or after them. */
type MoreMessages = {
  hasMore: boolean;
  isLoading: boolean;
  hasFailed: boolean;
  load: () => void;
};

export type ThreadProps = {
  messages: readonly Message[];
  unsent: readonly OutboxEntry[];
  requestedModel: string | undefined;
  older: MoreMessages;
  newer: MoreMessages;
  /** The message to show first, in the middle; without, what is new, or the end. */
  aroundId: string | undefined;
  /** The way to the end of the conversation, where what follows is not of the loaded part. */
  onLatest: (() => void) | undefined;
  people: ThreadPeople;
};

type Row = { id: string; element: ReactElement };

/** The messages of a conversation, oldest first, scrolled to the end, to what is new or to one of them. Only those in sight and near it are rendered. */
export function Thread({ messages, unsent, requestedModel, older, newer, aroundId, onLatest, people }: ThreadProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isWhole = !newer.hasMore;
  const { isAtBottom, toBottom } = useStickToBottom({
    scroller,
    content,
    start: startOf({ messages, aroundId, people }),
    lastId: messages.at(-1)?.id,
    isWhole,
  });
  const focusedId = useFocusedRow(content);
  const running = runningReplyOf(messages);
  const ownCount = messages.filter(({ role }) => role === 'user').length + unsent.length;
  const rows = rowsOf({
    messages,
    unsent,
    requestedModel,
    people,
    isWhole,
    isEditable: running === undefined && unsent.length === 0,
  });
  const isPrepended = useIsPrepended(rows);
  // What had the focus last, perhaps an open form, the reply that is being written and where one began stay however far one scrolls.
  const keptIds = new Set([focusedId, aroundId, people.firstUnreadId, rows.at(-1)?.id]);
  const kept = rows.flatMap(({ id }, index) => (keptIds.has(id) ? [index] : []));

  useMarkRead({ messages, isAtBottom: isAtBottom && isWhole, onRead: people.onRead });

  // Whoever sends a message wants to see it and the reply.
  const sentCount = useRef(ownCount);
  useEffect(() => {
    if (unsent.length > 0 && ownCount > sentCount.current) toBottom();
    sentCount.current = ownCount;
  }, [ownCount, unsent.length, toBottom]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
        data-testid="thread"
      >
        <div
          ref={content}
          className="relative mx-auto w-full max-w-3xl px-4 pb-10 sm:px-6"
          style={{ paddingTop: TOP_PX }}
        >
          <LoadMark {...older} scroller={scroller} className="top-0" />
          <LoadMark {...newer} scroller={scroller} className="bottom-0" />
          <section aria-label={texts.thread.label}>
            <Virtualizer
              scrollRef={scroller}
              startMargin={TOP_PX}
              bufferSize={RENDER_AHEAD_PX}
              shift={isPrepended}
              keepMounted={kept}
            >
              {rows.map(({ id, element }) => (
                <div
                  key={id}
                  data-row={id}
                  aria-current={id === aroundId ? 'location' : undefined}
                  className="-mx-2 rounded-xl px-2 pb-2 aria-[current]:ring-2 aria-[current]:ring-accent/50"
                >
                  {element}
                </div>
              ))}
            </Virtualizer>
          </section>
        </div>
      </div>
      <LoadNote {...older} label={texts.thread.loadingOlder} className="top-2" />
      <LoadNote {...newer} label={texts.thread.loadingNewer} className="bottom-2" />
      <div
        aria-hidden
        className="pointer-events-none absolute inset-x-4 bottom-0 h-6 bg-linear-to-t from-canvas to-transparent"
      />
      {!isAtBottom && (
        <JumpButton onClick={isWhole ? toBottom : (onLatest ?? toBottom)}>
          <ArrowDown size={15} aria-hidden />
          {texts.thread.jump}
        </JumpButton>
      )}
      <Announcer reply={running} />
    </div>
  );
}

/** Where one begins to read: at the message that was asked for, else at what is new, else at the end. */
function startOf({
  messages,
  aroundId,
  people: { firstUnreadId },
}: Pick<ThreadProps, 'messages' | 'aroundId' | 'people'>): StartPlace | undefined {
  if (aroundId !== undefined) return { rowId: aroundId, place: 'middle' };
  // Whoever has gone on to the end is not where it is.
  const isThere = firstUnreadId !== undefined && messages.some(({ id }) => id === firstUnreadId);
  return isThere ? { rowId: firstUnreadId, place: 'top' } : undefined;
}

function rowsOf({
  messages,
  unsent,
  requestedModel,
  people,
  isWhole,
  isEditable,
}: Pick<ThreadProps, 'messages' | 'unsent' | 'requestedModel' | 'people'> & {
  isWhole: boolean;
  isEditable: boolean;
}): Row[] {
  const lastId = isWhole ? messages.at(-1)?.id : undefined;
  const sent = messages.map((message) => ({
    id: message.id,
    element: withMarks(
      { message, people },
      message.role === 'assistant' ? (
        <AssistantMessage
          message={message}
          isLast={message.id === lastId && unsent.length === 0 && people.canWrite}
          requestedModel={message.id === lastId ? requestedModel : undefined}
        />
      ) : (
        <UserMessage
          message={message}
          author={people.authorOf(message)}
          isEditable={isEditable && people.canWrite && people.authorOf(message) === undefined}
        />
      ),
    ),
  }));
  const waiting = unsent.map((entry) => ({ id: entry.clientMessageId, element: <UnsentMessage entry={entry} /> }));
  return [...sent, ...waiting];
}

function withMarks(
  { message, people }: { message: Message; people: ThreadPeople },
  element: ReactElement,
): ReactElement {
  return (
    <MessageMarks isFirstUnread={people.firstUnreadId === message.id} readBy={people.readersOf(message)}>
      {element}
    </MessageMarks>
  );
}

/** True in the one rendering in which older messages have come before the first one: the list then keeps its place. */
function useIsPrepended(rows: readonly Row[]): boolean {
  const firstId = rows[0]?.id;
  const before = useRef(firstId);
  const isPrepended = before.current !== firstId && rows.some(({ id }) => id === before.current);
  useLayoutEffect(() => {
    before.current = firstId;
  }, [firstId]);
  return isPrepended;
}

function JumpButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <Button className="pointer-events-auto animate-rise rounded-full! shadow-card" onClick={onClick}>
        {children}
      </Button>
    </div>
  );
}

/** Loads more messages when the person comes near to the end that it marks. */
function LoadMark({
  hasMore,
  isLoading,
  hasFailed,
  load,
  scroller,
  className,
}: MoreMessages & { scroller: RefObject<HTMLElement | null>; className: string }) {
  const mark = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = mark.current;
    if (element === null || !hasMore || isLoading || hasFailed) return;
    return whenNear({ element, scroller: scroller.current, aheadPx: LOAD_AHEAD_PX, onNear: load });
  }, [hasMore, isLoading, hasFailed, load, scroller]);

  return <div ref={mark} aria-hidden className={`absolute inset-x-0 h-px ${className}`} />;
}

/** How loading more messages goes, over them, so that nothing moves. */
function LoadNote({
  isLoading,
  hasFailed,
  load,
  label,
  className,
}: MoreMessages & { label: string; className: string }) {
  if (!isLoading && !hasFailed) return null;
  return (
    <div className={`pointer-events-none absolute inset-x-0 flex justify-center ${className}`}>
      <div className="pointer-events-auto animate-fade rounded-full border border-line bg-raised px-3 py-1.5 shadow-card">
        {isLoading ? (
          <Spinner label={label} />
        ) : (
          <p role="alert" className="flex items-center gap-3 text-sm text-ink-soft">
            {texts.thread.moreFailed}
            <Button onClick={load}>{texts.tryAgain}</Button>
          </p>
        )}
      </div>
    </div>
  );
}
