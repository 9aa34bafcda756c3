import { CircleAlert, Clock, Pencil } from 'lucide-react';
import { type FormEvent, memo, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Message } from '../api/schemas.ts';
import { newClientId } from '../live/client-id.ts';
import type { OutboxEntry } from '../live/outbox.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { BranchPicker } from './branch-picker.tsx';
import { MessageLinkButton } from './message-link-button.tsx';
import { UserBubble } from './user-bubble.tsx';

/** What a person wrote, with copy and edit. */
export const UserMessage = memo(function UserMessage({
  message,
  author,
  isEditable,
}: {
  message: Message;
  /** The name of somebody else who wrote it. */
  author: string | undefined;
  isEditable: boolean;
}) {
  const [isEditing, setEditing] = useState(false);
  return (
    <article
      aria-label={author ?? texts.thread.you}
      data-testid="message"
      data-role={message.role}
      data-status={message.status}
      className={`group/message message-box flex flex-col ${author === undefined ? 'items-end' : 'items-start'}`}
    >
      {author === undefined ? <h2 className="sr-only">{texts.thread.you}</h2> : <Author name={author} />}
      {isEditing ? (
        <EditForm message={message} onClose={() => setEditing(false)} />
      ) : (
        <>
          <UserBubble isOwn={author === undefined}>{message.content}</UserBubble>
          <div className="flex items-center">
            <div className="flex opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100 pointer-coarse:opacity-100">
              <CopyButton text={() => message.content} />
              <MessageLinkButton message={message} />
              {isEditable && (
                <IconButton label={texts.thread.edit} onClick={() => setEditing(true)}>
                  <Pencil size={15} aria-hidden />
                </IconButton>
              )}
            </div>
            <BranchPicker message={message} />
          </div>
        </>
      )}
    </article>
  );
});

function Author({ name }: { name: string }) {
  return (
    <h2 className="mb-1 flex items-center gap-1.5 text-xs font-medium text-ink-soft">
      <Avatar name={name} size="sm" />
      {name}
    </h2>
  );
}

function EditForm({ message, onClose }: { message: Message; onClose: () => void }) {
  const { live } = useServices();
  const [clientMessageId] = useState(newClientId);
  const [content, setContent] = useState(message.content);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (content.trim() === '' || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await live.edit(message, { content, clientMessageId });
      onClose();
    } catch (thrown) {
      setError(problemText(problemOf(thrown)));
      setBusy(false);
    }
  }

  return (
    <form
      className="grid w-full gap-2 rounded-2xl border border-line bg-raised p-3"
      onSubmit={(event) => void submit(event)}
    >
      <textarea
        aria-label={texts.thread.editLabel}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to edit this text
        autoFocus
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        className="field-auto max-h-72 min-h-20 w-full resize-none rounded-lg bg-transparent p-1 outline-none"
      />
      {error !== undefined && (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="flex-1 text-2xs text-ink-faint">{texts.thread.editHint}</p>
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" look="primary" disabled={isBusy || content.trim() === ''}>
          {texts.thread.editSave}
        </Button>
      </div>
    </form>
  );
}

/** A message that the server has not confirmed, and what can be done about it. */
export function UnsentMessage({ entry }: { entry: OutboxEntry }) {
  const { outbox } = useServices().live;
  const { clientMessageId, status, problem } = entry;
  return (
    <article
      aria-label={texts.thread.you}
      data-testid="message"
      data-role="user"
      data-status={status}
      className="flex flex-col items-end"
    >
      <h2 className="sr-only">{texts.thread.you}</h2>
      <UserBubble className="opacity-75">{entry.content}</UserBubble>
      <div role="status" className="mt-1.5 flex flex-wrap items-center justify-end gap-x-3 gap-y-1.5 text-xs">
        {status === 'sending' && <span className="text-ink-faint">{texts.outbox.sending}</span>}
        {status === 'waiting' && (
          <span className="flex items-center gap-1.5 text-warn">
            <Clock size={14} aria-hidden />
            {texts.outbox.waiting}
          </span>
        )}
        {status === 'unsent' && (
          <span className="flex items-start gap-1.5 text-danger">
            <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0" />
            {problem === undefined ? texts.outbox.unsent : `${texts.outbox.unsent}. ${problemText(problem)}`}
          </span>
        )}
      </div>
      {status !== 'sending' && (
        <div className="mt-1.5 flex gap-2">
          <Button look="plain" onClick={() => outbox.discard(clientMessageId)}>
            {texts.thread.discard}
          </Button>
          <Button onClick={() => void outbox.retry(clientMessageId)}>{texts.thread.retry}</Button>
        </div>
      )}
    </article>
  );
}
