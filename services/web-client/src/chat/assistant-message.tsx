import { CircleAlert, FastForward, Info, RotateCcw } from 'lucide-react';
import { memo, type ReactNode, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Message } from '../api/schemas.ts';
import { isRunning, settle } from '../live/branch.ts';
import { newClientId } from '../live/client-id.ts';
import type { GenerationState } from '../live/frames.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { notify } from '../ui/notices.tsx';
import { BranchPicker } from './branch-picker.tsx';
import { detailsOf } from './details.ts';
import { FeedbackButtons, FeedbackComment, useFeedback } from './feedback.tsx';
import { LazyMarkdown } from './lazy-markdown.tsx';
import { MessageLinkButton } from './message-link-button.tsx';
import { useGeneration } from './use-thread.ts';

/** Earlier messages stay quiet until one points at them or reaches them by keyboard. */
const SHOWN_ON_INTEREST =
  'opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100 pointer-coarse:opacity-100';

export type AssistantMessageProps = {
  message: Message;
  /** The model that was asked for, where that is known. */
  requestedModel: string | undefined;
  /** Only the last reply can be asked for again. */
  isLast: boolean;
};

/** A reply: what it waits for, its text as it comes, and how it ended. */
export const AssistantMessage = memo(function AssistantMessage({
  message: stored,
  requestedModel,
  isLast,
}: AssistantMessageProps) {
  const live = useGeneration(stored.generationId);
  const message = live?.end === undefined ? stored : settle(stored, live.end, live);
  const isGrowing = isRunning(message);
  const text = isGrowing && live !== undefined ? live.text : message.content;
  const model = live?.model ?? message.model;

  return (
    <article
      aria-label={texts.thread.assistant}
      aria-busy={isGrowing}
      data-testid="message"
      data-role="assistant"
      data-status={message.status}
      className="group/message message-box mb-5"
    >
      <h2 className="sr-only">{texts.thread.assistant}</h2>
      <DroppedNote count={live?.droppedMessageCount ?? 0} />
      {requestedModel !== undefined && model !== undefined && model !== requestedModel && (
        <Note icon={<Info size={15} aria-hidden />}>{texts.reply.otherModel(model, requestedModel)}</Note>
      )}
      {text !== '' && <LazyMarkdown text={text} isGrowing={isGrowing} />}
      {isGrowing && text === '' && <Waiting live={live} />}
      {!isGrowing && <Ending message={message} isEmpty={text === ''} isLast={isLast} />}
    </article>
  );
});

/** The honest state before the first word. */
function Waiting({ live }: { live: GenerationState | undefined }) {
  return (
    <p className="flex items-center gap-2.5 text-ink-soft">
      <span aria-hidden className="h-5 w-0.5 animate-breathe rounded-full bg-accent" />
      {waitingText(live)}…
    </p>
  );
}

function waitingText(live: GenerationState | undefined): string {
  switch (live?.phase) {
    case 'queued':
      return texts.reply.queued(live.position);
    case 'loading':
      return texts.reply.loading(live.model);
    case 'generating':
      return texts.reply.thinking;
    default:
      return texts.reply.starting;
  }
}

function Ending({ message, isEmpty, isLast }: { message: Message; isEmpty: boolean; isLast: boolean }) {
  const regenerate = useRegenerate(message);
  const resume = useResume(message);
  const { feedback, keep } = useFeedback(message);
  const [isCommenting, setCommenting] = useState(false);
  const hasFailed = message.status === 'failed' || message.status === 'interrupted';
  const canResume = isLast && !isEmpty && (message.status === 'stopped' || message.status === 'interrupted');

  function rate(rating: 'up' | 'down' | undefined): void {
    void keep(rating === undefined ? null : { rating, comment: '' });
    setCommenting(rating === 'down');
  }

  return (
    <>
      {hasFailed && (
        <Failure
          message={message}
          onRetry={isLast ? regenerate : undefined}
          onResume={canResume ? resume : undefined}
        />
      )}
      {message.status === 'stopped' && (
        <p className="mt-2 text-sm text-ink-faint">{isEmpty ? texts.reply.stoppedEmpty : texts.reply.stopped}</p>
      )}
      {message.status === 'completed' && isEmpty && <p className="text-ink-faint">{texts.reply.emptyReply}</p>}
      <div className="mt-1.5 -ml-2 flex min-h-8 flex-wrap items-center gap-x-1 gap-y-0.5">
        <BranchPicker message={message} />
        <div className={`flex flex-wrap items-center gap-x-1 gap-y-0.5 ${isLast ? '' : SHOWN_ON_INTEREST}`}>
          {!isEmpty && <CopyButton text={() => message.content} />}
          <MessageLinkButton message={message} />
          {!isEmpty && <FeedbackButtons feedback={feedback} onRate={rate} />}
          {canResume && !hasFailed && (
            <IconButton label={texts.thread.resume} onClick={resume}>
              <FastForward size={16} aria-hidden />
            </IconButton>
          )}
          {isLast && !hasFailed && (
            <IconButton label={texts.thread.regenerate} onClick={regenerate}>
              <RotateCcw size={16} aria-hidden />
            </IconButton>
          )}
          <DetailsLine message={message} />
        </div>
      </div>
      {isCommenting && (
        <FeedbackComment
          onSend={(comment) => void keep({ rating: 'down', comment })}
          onClose={() => setCommenting(false)}
        />
      )}
    </>
  );
}

function DetailsLine({ message }: { message: Message }) {
  const details = detailsOf(message);
  if (details.length === 0) return null;
  return (
    <ul aria-label={texts.reply.details} className="flex flex-wrap px-2 text-2xs text-ink-faint tabular-nums">
      {details.map((detail) => (
        <li key={detail} className="not-last:after:px-1.5 not-last:after:content-['·']">
          {detail}
        </li>
      ))}
    </ul>
  );
}

type FailureProps = { message: Message; onRetry: (() => void) | undefined; onResume: (() => void) | undefined };

function Failure({ message, onRetry, onResume }: FailureProps) {
  const { problem, status } = message;
  const heading = status === 'failed' ? texts.reply.failed : texts.reply.interrupted;
  const told = problem === undefined || problem.reason === 'GENERATION_INTERRUPTED' ? undefined : problemText(problem);
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-line bg-danger-soft px-4 py-3 text-sm">
      <CircleAlert size={18} aria-hidden className="shrink-0 text-danger" />
      <div className="min-w-48 flex-1">
        <p className="font-medium text-danger">{heading}</p>
        {told !== undefined && <p className="text-ink-soft wrap-anywhere">{told}</p>}
        {problem?.requestId !== undefined && (
          <p className="text-2xs text-ink-faint select-all">{texts.reference(problem.requestId)}</p>
        )}
      </div>
      {onResume !== undefined && (
        <Button onClick={onResume}>
          <FastForward size={15} aria-hidden />
          {texts.thread.resume}
        </Button>
      )}
      {onRetry !== undefined && (
        <Button onClick={onRetry}>
          <RotateCcw size={15} aria-hidden />
          {texts.thread.retry}
        </Button>
      )}
    </div>
  );
}

function DroppedNote({ count }: { count: number }) {
  return count > 0 && <Note icon={<Info size={15} aria-hidden />}>{texts.reply.dropped(count)}</Note>;
}

function Note({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="mb-2.5 flex items-start gap-2 text-xs text-ink-faint">
      <span className="mt-0.5">{icon}</span>
      {children}
    </p>
  );
}

/** Goes on with the reply. Asking twice has one effect. */
function useResume({ generationId }: Message): () => void {
  const { live } = useServices();
  return () => {
    if (generationId === undefined) return;
    void live.resume(generationId).catch((error: unknown) => notify(problemText(problemOf(error))));
  };
}

/** Asks for another reply. A repeat after a failure goes under the same id, so that it never counts twice. */
function useRegenerate(message: Message): () => void {
  const { live } = useServices();
  const [clientMessageId] = useState(newClientId);
  return () => {
    void live.regenerate(message, clientMessageId).catch((error: unknown) => notify(problemText(problemOf(error))));
  };
}
