import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache, queryKeys } from '../live/thread-cache.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { useServices } from './services.tsx';

const TITLE_LENGTH_MAX = 200;

type RenameDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & { conversation: Conversation };

/** Asks for another title. */
export function RenameDialog({ conversation, open, onOpenChange, returnFocus }: RenameDialogProps) {
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
    onError: () => void queryClient.invalidateQueries({ queryKey: queryKeys.allConversationLists }),
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
