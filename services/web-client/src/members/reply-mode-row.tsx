import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation, ReplyMode } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import { SelectField } from '../ui/select-field.tsx';

/** Whether the assistant answers every message, or only those that address it. */
export function ReplyModeRow({ conversation }: { conversation: Conversation }) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: (replyMode: ReplyMode) => api.updateConversation(conversation, { replyMode }),
    onSuccess: (updated) => createThreadCache(queryClient).patchConversation(updated),
    onError: (error) => notify(problemText(problemOf(error))),
  });
  return (
    <div className="mt-3">
      <SelectField
        label={texts.members.replyMode}
        value={change.isPending ? change.variables : conversation.replyMode}
        options={[
          ['always', texts.members.replyModes.always],
          ['mentioned', texts.members.replyModes.mentioned],
        ]}
        onChange={(mode) => change.mutate(mode === 'mentioned' ? 'mentioned' : 'always')}
      />
    </div>
  );
}
