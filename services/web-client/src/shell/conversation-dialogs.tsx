import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { useMatch, useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache, queryKeys } from '../live/thread-cache.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirmation, ConfirmationCancel, Modal, type ModalProps } from '../ui/dialog.tsx';
import { useServices } from './services.tsx';

const TITLE_LENGTH_MAX = 200;

type DialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & { conversation: Conversation };

/** Asks for another title. */
export function RenameDialog({ conversation, open, onOpenChange, returnFocus }: DialogProps) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const inputId = useId();
  const rename = useMutation({
    mutationFn: (title: string) => api.updateConversation(conversation, { title }),
    onSuccess(updated) {
      createThreadCache(queryClient).patchConversation(updated);
      onOpenChange(false);
    },
    // A conflict means that the list is behind: show what is stored now.
    onError: () => void queryClient.invalidateQueries({ queryKey: queryKeys.conversations }),
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const title = new FormData(event.currentTarget).get('title');
    if (typeof title === 'string' && title.trim() !== '') rename.mutate(title.trim());
  }

  return (
    <Modal open={open} onOpenChange={onOpenChange} returnFocus={returnFocus} title={texts.rename.title}>
      <form className="mt-4 grid gap-4" onSubmit={submit}>
        <div>
          <label htmlFor={inputId} className="mb-1.5 block text-sm font-medium">
            {texts.rename.label}
          </label>
          <input
            id={inputId}
            name="title"
            required
            maxLength={TITLE_LENGTH_MAX}
            defaultValue={conversation.title}
            onFocus={(event) => event.currentTarget.select()}
            className="h-10 w-full rounded-lg border border-line-strong bg-canvas px-3 text-base"
          />
        </div>
        {rename.isError && (
          <p role="alert" className="text-sm text-danger">
            {problemText(problemOf(rename.error))}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>{texts.cancel}</Button>
          <Button type="submit" look="primary" disabled={rename.isPending}>
            {texts.rename.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Asks before deleting. */
export function DeleteDialog({ conversation, open, onOpenChange, returnFocus }: DialogProps) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const isOpenThread = useMatch('/c/:conversationId')?.params.conversationId === conversation.id;
  const remove = useMutation({
    mutationFn: () => api.deleteConversation(conversation.id),
    onSuccess() {
      onOpenChange(false);
      if (isOpenThread) void navigate('/', { replace: true });
      createThreadCache(queryClient).removeConversation(conversation.id);
    },
  });

  return (
    <Confirmation
      open={open}
      onOpenChange={onOpenChange}
      returnFocus={returnFocus}
      title={texts.delete.title}
      description={texts.delete.body(conversation.title || texts.sidebar.untitled)}
    >
      {remove.isError && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {problemText(problemOf(remove.error))}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <ConfirmationCancel asChild>
          <Button>{texts.cancel}</Button>
        </ConfirmationCancel>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {texts.delete.confirm}
        </Button>
      </div>
    </Confirmation>
  );
}
