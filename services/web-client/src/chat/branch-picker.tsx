import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Message } from '../api/schemas.ts';
import { createThreadCache, queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';

type Step = 'previous' | 'next';

/** So many frames of animation the other version may take until it is there. */
const FOCUS_FRAMES_MAX = 300;

/** Leads from a message to the others in its place, on whose branch one then is, on every device. Nothing where there are no others. */
export function BranchPicker({ message }: { message: Message }) {
  const { id, siblingIds = [] } = message;
  const change = useBranchChange(message);
  const index = siblingIds.indexOf(id);
  if (siblingIds.length < 2 || index < 0) return null;

  function stepButton(step: Step, targetId: string | undefined) {
    return (
      <IconButton
        label={step === 'previous' ? texts.thread.previousVersion : texts.thread.nextVersion}
        data-step={step}
        disabled={targetId === undefined || change.isPending}
        onClick={() => targetId !== undefined && change.mutate({ targetId, step })}
      >
        {step === 'previous' ? <ChevronLeft size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
      </IconButton>
    );
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={texts.thread.versions} className="flex items-center">
      {stepButton('previous', siblingIds[index - 1])}
      <span className="text-2xs text-ink-faint tabular-nums">
        <span className="sr-only">{texts.thread.version(index + 1, siblingIds.length)}</span>
        <span aria-hidden>
          {index + 1}/{siblingIds.length}
        </span>
      </span>
      {stepButton('next', siblingIds[index + 1])}
    </div>
  );
}

function useBranchChange({ conversationId }: Message) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    async mutationFn({ targetId }: { targetId: string; step: Step }) {
      const [leafId, conversation] = await Promise.all([
        api.findLeaf({ id: targetId, conversationId }),
        queryClient.ensureQueryData({
          queryKey: queryKeys.conversation(conversationId),
          queryFn: ({ signal }) => api.getConversation(conversationId, signal),
        }),
      ]);
      return api.updateConversation(conversation, { activeLeafId: leafId });
    },
    async onSuccess(updated, { targetId, step }) {
      createThreadCache(queryClient).patchConversation(updated);
      await queryClient.invalidateQueries({ queryKey: queryKeys.messages(conversationId), exact: true });
      // From the branch of one message, which the address names, to the active one.
      void navigate(`/c/${conversationId}`, { replace: true });
      focusStep({ messageId: targetId, step, framesLeft: FOCUS_FRAMES_MAX });
    },
    onError: (error) => notify(problemText(problemOf(error))),
  });
}

/** The message that was shown has taken the focused button with it; the other one can be focused once it is rendered and measured. */
function focusStep({ messageId, step, framesLeft }: { messageId: string; step: Step; framesLeft: number }): void {
  const { activeElement, body } = document;
  const isElsewhere = activeElement !== null && activeElement !== body && !activeElement.matches('[data-step]');
  if (isElsewhere || framesLeft === 0) return;
  const buttons = [
    ...document.querySelectorAll<HTMLButtonElement>(`[data-row="${CSS.escape(messageId)}"] [data-step]`),
  ].filter(({ disabled }) => !disabled);
  const button = buttons.find(({ dataset }) => dataset.step === step) ?? buttons[0];
  button?.focus();
  if (button !== undefined && document.activeElement === button) return;
  requestAnimationFrame(() => focusStep({ messageId, step, framesLeft: framesLeft - 1 }));
}
