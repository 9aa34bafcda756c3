import { ArrowDown } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Message } from '../api/schemas.ts';
import type { OutboxEntry } from '../live/outbox.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { Announcer } from './announcer.tsx';
import { AssistantMessage } from './assistant-message.tsx';
import { useStickToBottom } from './use-stick-to-bottom.ts';
import { runningReplyOf } from './use-thread.ts';
import { UnsentMessage, UserMessage } from './user-message.tsx';

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
};

/** The messages of a conversation, oldest first, scrolled to the end. */
export function Thread({ messages, unsent, requestedModel, older }: ThreadProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isAtBottom, toBottom } = useStickToBottom(scroller, content);
  const running = runningReplyOf(messages);
  const lastId = messages.at(-1)?.id;
  const ownCount = messages.filter(({ role }) => role === 'user').length + unsent.length;

  // Whoever sends a message wants to see it and the reply.
  const sentCount = useRef(ownCount);
  useEffect(() => {
    if (unsent.length > 0 && ownCount > sentCount.current) toBottom();
    sentCount.current = ownCount;
  }, [ownCount, unsent.length, toBottom]);
  useKeptPosition({ scroller, firstId: messages[0]?.id, isHeld: isAtBottom });

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} className="h-full overflow-y-auto overscroll-contain" data-testid="thread">
        <div ref={content} className="mx-auto w-full max-w-3xl px-4 pt-6 pb-10 sm:px-6">
          <Older {...older} scroller={scroller} />
          <section aria-label={texts.thread.label} className="grid grid-cols-[minmax(0,1fr)] gap-2">
            {messages.map((message) =>
              message.role === 'assistant' ? (
                <AssistantMessage
                  key={message.id}
                  message={message}
                  isLast={message.id === lastId && unsent.length === 0}
                  requestedModel={message.id === lastId ? requestedModel : undefined}
                />
              ) : (
                <UserMessage
                  key={message.id}
                  message={message}
                  isEditable={running === undefined && unsent.length === 0}
                />
              ),
            )}
            {unsent.map((entry) => (
              <UnsentMessage key={entry.clientMessageId} entry={entry} />
            ))}
          </section>
        </div>
      </div>
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
function Older({
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
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), {
      root: scroller.current,
      rootMargin: '800px 0px 0px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, isLoading, hasFailed, load, scroller]);

  return (
    <div ref={mark} className="flex min-h-px justify-center">
      {isLoading && <Spinner label={texts.thread.loadingOlder} />}
      {hasFailed && (
        <p role="alert" className="mb-4 flex items-center gap-3 text-sm text-ink-soft">
          {texts.thread.olderFailed}
          <Button onClick={load}>{texts.tryAgain}</Button>
        </p>
      )}
    </div>
  );
}

/** Keeps what is being read where it is when older messages appear above it. */
function useKeptPosition({
  scroller,
  firstId,
  isHeld,
}: {
  scroller: RefObject<HTMLElement | null>;
  firstId: string | undefined;
  isHeld: boolean;
}) {
  const before = useRef({ firstId, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const grownPx = element.scrollHeight - before.current.height;
    const isPrepended = before.current.firstId !== undefined && before.current.firstId !== firstId;
    // Elsewhere than at the very top, the browser anchors the scroll position by itself.
    if (isPrepended && !isHeld && element.scrollTop < 1) element.scrollTop += grownPx;
    before.current = { firstId, height: element.scrollHeight };
  });
}
