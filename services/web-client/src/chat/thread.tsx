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
import { useStickToBottom } from './use-stick-to-bottom.ts';
import { runningReplyOf } from './use-thread.ts';
import { UnsentMessage, UserMessage } from './user-message.tsx';

/** The space above the first message, in pixels; the list has to know it. */
const TOP_PX = 24;
/** Older messages are asked for when their end is this near, in pixels. */
const LOAD_AHEAD_PX = 800;
/** Messages this far out of sight are there already, in pixels. */
const RENDER_AHEAD_PX = 600;

type OlderMessages = {
  hasMore: boolean;
  isLoading: boolean;
  hasFailed: boolean;
  load: () => void;
};

export type ThreadProps = {
  messages: readonly Message[];
  unsent: readonly OutboxEntry[];
  requestedModel: string | undefined;
  older: OlderMessages;
  people: ThreadPeople;
};

type Row = { id: string; element: ReactElement };

/** The messages of a conversation, oldest first, scrolled to the end. Only those in sight and near it are rendered. */
export function Thread({ messages, unsent, requestedModel, older, people }: ThreadProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isAtBottom, toBottom } = useStickToBottom(scroller, content);
  const focusedId = useFocusedRow(content);
  const running = runningReplyOf(messages);
  const ownCount = messages.filter(({ role }) => role === 'user').length + unsent.length;
  const rows = rowsOf({
    messages,
    unsent,
    requestedModel,
    people,
    isEditable: running === undefined && unsent.length === 0,
  });
  const isPrepended = useIsPrepended(rows);
  // What had the focus last, perhaps an open form, and the reply that is being written stay however far one scrolls.
  const kept = [rows.findIndex(({ id }) => id === focusedId), rows.length - 1].filter((index) => index >= 0);

  useMarkRead({ messages, isAtBottom, onRead: people.onRead });

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
          <OlderMark {...older} scroller={scroller} />
          <section aria-label={texts.thread.label}>
            <Virtualizer
              scrollRef={scroller}
              startMargin={TOP_PX}
              bufferSize={RENDER_AHEAD_PX}
              shift={isPrepended}
              keepMounted={kept}
            >
              {rows.map(({ id, element }) => (
                <div key={id} data-row={id} className="pb-2">
                  {element}
                </div>
              ))}
            </Virtualizer>
          </section>
        </div>
      </div>
      <OlderNote {...older} />
      <div
        aria-hidden
        className="pointer-events-none absolute inset-x-4 bottom-0 h-6 bg-linear-to-t from-canvas to-transparent"
      />
      {!isAtBottom && (
        <JumpButton onClick={toBottom}>
          <ArrowDown size={15} aria-hidden />
          {texts.thread.jump}
        </JumpButton>
      )}
      <Announcer reply={running} />
    </div>
  );
}

function rowsOf({
  messages,
  unsent,
  requestedModel,
  people,
  isEditable,
}: Pick<ThreadProps, 'messages' | 'unsent' | 'requestedModel' | 'people'> & { isEditable: boolean }): Row[] {
  const lastId = messages.at(-1)?.id;
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

/** Loads the messages before the first one when the person comes near to it. */
function OlderMark({
  hasMore,
  isLoading,
  hasFailed,
  load,
  scroller,
}: OlderMessages & { scroller: RefObject<HTMLElement | null> }) {
  const mark = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = mark.current;
    if (element === null || !hasMore || isLoading || hasFailed) return;
    return whenNear({ element, scroller: scroller.current, aheadPx: LOAD_AHEAD_PX, onNear: load });
  }, [hasMore, isLoading, hasFailed, load, scroller]);

  return <div ref={mark} aria-hidden className="absolute inset-x-0 top-0 h-px" />;
}

/** How loading older messages goes, above them, so that nothing moves. */
function OlderNote({ isLoading, hasFailed, load }: OlderMessages) {
  if (!isLoading && !hasFailed) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
      <div className="pointer-events-auto animate-fade rounded-full border border-line bg-raised px-3 py-1.5 shadow-card">
        {isLoading ? (
          <Spinner label={texts.thread.loadingOlder} />
        ) : (
          <p role="alert" className="flex items-center gap-3 text-sm text-ink-soft">
            {texts.thread.olderFailed}
            <Button onClick={load}>{texts.tryAgain}</Button>
          </p>
        )}
      </div>
    </div>
  );
}
