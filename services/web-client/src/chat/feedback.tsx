import { useQueryClient } from '@tanstack/react-query';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Feedback, Message } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';

const COMMENT_LENGTH_MAX = 2000;

/** What the person thinks of a reply, and how to change it: shown at once, taken back when it could not be kept. */
export function useFeedback(message: Message) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const [changed, setChanged] = useState<Feedback | null>();
  const { id, conversationId } = message;
  const feedback = changed === undefined ? (message.feedback ?? null) : changed;

  async function keep(next: Feedback | null): Promise<void> {
    setChanged(next);
    try {
      await api.setFeedback(id, next);
      createThreadCache(queryClient).patchMessage({ id, conversationId, feedback: next });
    } catch (error) {
      setChanged(feedback);
      notify(problemText(problemOf(error)));
    }
  }

  return { feedback, keep };
}

type FeedbackProps = { feedback: Feedback | null; onRate: (rating: Feedback['rating'] | undefined) => void };

/** Two buttons; pressing the pressed one takes it back. */
export function FeedbackButtons({ feedback, onRate }: FeedbackProps) {
  const button = (rating: Feedback['rating'], label: string) => {
    const isPressed = feedback?.rating === rating;
    const Icon = rating === 'up' ? ThumbsUp : ThumbsDown;
    return (
      <IconButton label={label} aria-pressed={isPressed} onClick={() => onRate(isPressed ? undefined : rating)}>
        <Icon size={15} aria-hidden className={isPressed ? 'fill-current text-accent' : ''} />
      </IconButton>
    );
  };
  return (
    <>
      {button('up', texts.feedback.good)}
      {button('down', texts.feedback.bad)}
    </>
  );
}

type CommentFormProps = { onSend: (comment: string) => void; onClose: () => void };

/** Asks what was wrong; nobody has to say it. */
export function FeedbackComment({ onSend, onClose }: CommentFormProps) {
  const inputId = useId();
  const [comment, setComment] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (comment.trim() !== '') onSend(comment.trim());
    onClose();
  }

  return (
    <form onSubmit={submit} className="mt-1 grid max-w-md gap-2 rounded-xl border border-line bg-raised p-3">
      <label htmlFor={inputId} className="text-sm text-ink-soft">
        {texts.feedback.ask}
      </label>
      <textarea
        id={inputId}
        value={comment}
        maxLength={COMMENT_LENGTH_MAX}
        onChange={(event) => setComment(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        className="field-auto max-h-40 min-h-16 resize-none rounded-lg border border-line-strong bg-canvas p-2 text-sm"
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{texts.feedback.skip}</Button>
        <Button type="submit" look="primary" disabled={comment.trim() === ''}>
          {texts.feedback.send}
        </Button>
      </div>
    </form>
  );
}
