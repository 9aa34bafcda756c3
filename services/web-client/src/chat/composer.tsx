import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { COMPOSER_ID } from '../shell/composer-id.ts';
import { useServices } from '../shell/services.tsx';
import { usePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { WithTooltip } from '../ui/button.tsx';
import { notify, useRoomForNotices } from '../ui/notices.tsx';
import { QuotaNote } from '../usage/quota-note.tsx';
import { ModelPicker, PersonaPicker } from './pickers.tsx';

const CONTENT_LENGTH_MAX = 100_000;

export type ComposerChoice = { persona: string | undefined; model: string | undefined };

export type ComposerProps = {
  draft: string;
  onDraft: (draft: string) => void;
  /** Sends the draft; the composer empties it. */
  onSend: (content: string) => void;
  choice: ComposerChoice;
  onChoice: (choice: ComposerChoice) => void;
  /** The reply that Stop ends; undefined when none is being written. */
  generationId: string | undefined;
  /** True while an earlier message has not been confirmed: another one would not know its place. */
  isWaiting: boolean;
  /** More to choose, beside the persona and the model. */
  moreChoices?: ReactNode;
};

/** The message box with everything around it. */
export function Composer({
  draft,
  onDraft,
  onSend,
  choice,
  onChoice,
  generationId,
  isWaiting,
  moreChoices,
}: ComposerProps) {
  const box = useRef<HTMLDivElement>(null);
  const textarea = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const sendOnEnter = usePreferences()?.sendOnEnter ?? true;
  const { stop, isStopping } = useStop(generationId);
  const isTooLong = draft.length > CONTENT_LENGTH_MAX;
  const canSend = draft.trim() !== '' && !isTooLong && !isWaiting && generationId === undefined;

  useFocusOnArrival(textarea);
  useRoomForNotices(box);

  function send(): void {
    if (!canSend) return;
    onSend(draft);
    onDraft('');
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    // While an input method composes, Enter chooses a character.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    if (!sendOnEnter && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  }

  return (
    <div ref={box} className="mx-auto w-full max-w-3xl px-3 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-6">
      <QuotaNote />
      <div className="rounded-2xl border border-line bg-raised shadow-card transition-colors focus-within:border-line-strong">
        <textarea
          ref={textarea}
          id={COMPOSER_ID}
          aria-label={texts.composer.label}
          aria-describedby={hintId}
          aria-invalid={isTooLong}
          placeholder={texts.composer.placeholder}
          rows={1}
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-auto block max-h-[min(40vh,20rem)] min-h-12 w-full resize-none bg-transparent px-4 pt-3.5 pb-1 text-base leading-relaxed outline-none placeholder:text-ink-faint"
        />
        {isTooLong && (
          <p role="alert" className="px-4 text-xs text-danger">
            {texts.composer.tooLong(CONTENT_LENGTH_MAX)}
          </p>
        )}
        <div className="flex items-center gap-0.5 px-2 pb-2">
          <PersonaPicker value={choice.persona} onChange={(persona) => onChoice({ ...choice, persona })} />
          <ModelPicker value={choice.model} onChange={(model) => onChoice({ ...choice, model })} />
          {moreChoices}
          <span className="flex-1" />
          <SendOrStop
            isRunning={generationId !== undefined}
            isDisabled={generationId === undefined ? !canSend : isStopping}
            onClick={generationId === undefined ? send : stop}
          />
        </div>
      </div>
      <p id={hintId} className="mt-1.5 hidden text-center text-2xs text-ink-faint sm:block">
        <span className="sr-only">{sendOnEnter ? texts.composer.hint : texts.composer.hintWithCtrl} </span>
        {texts.composer.footnote}
      </p>
    </div>
  );
}

/** One button in both roles, so that the focus stays where it is. aria-disabled for the same reason. */
function SendOrStop({
  isRunning,
  isDisabled,
  onClick,
}: {
  isRunning: boolean;
  isDisabled: boolean;
  onClick: () => void;
}) {
  const label = isRunning ? texts.composer.stop : texts.composer.send;
  return (
    <WithTooltip label={label}>
      <button
        type="button"
        aria-label={label}
        aria-disabled={isDisabled}
        onClick={() => isDisabled || onClick()}
        className="grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-on-accent transition-colors hover:bg-accent-strong aria-disabled:cursor-not-allowed aria-disabled:bg-hover aria-disabled:text-ink-faint"
      >
        {isRunning ? (
          <Square size={14} aria-hidden fill="currentColor" />
        ) : (
          <ArrowUp size={18} aria-hidden strokeWidth={2.25} />
        )}
      </button>
    </WithTooltip>
  );
}

/** Stops the reply by the button or by Esc, unless something that is open above the page takes Esc for itself. */
function useStop(generationId: string | undefined): { stop: () => void; isStopping: boolean } {
  const { live } = useServices();
  const [stoppingId, setStoppingId] = useState<string>();
  const isStopping = generationId !== undefined && stoppingId === generationId;

  function stop(): void {
    if (generationId === undefined || isStopping) return;
    setStoppingId(generationId);
    void live.stop(generationId).catch((error: unknown) => {
      setStoppingId(undefined);
      notify(problemText(problemOf(error)));
    });
  }

  useEffect(() => {
    if (generationId === undefined) return;
    function onEscape(event: globalThis.KeyboardEvent): void {
      const isTaken =
        event.defaultPrevented || document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
      if (event.key === 'Escape' && !isTaken) stop();
    }
    window.addEventListener('keydown', onEscape);
    return () => window.removeEventListener('keydown', onEscape);
  });

  return { stop, isStopping };
}

/** Puts the cursor into the message box, except where that would open a keyboard over the page. */
function useFocusOnArrival(textarea: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) textarea.current?.focus({ preventScroll: true });
  }, [textarea]);
}
