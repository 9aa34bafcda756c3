import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation, ReplyMode } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';

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
    // Above one another: on a phone, the words of some languages have no room beside each other.
    <label className="mt-3 grid gap-1.5 text-sm font-medium">
      {texts.members.replyMode}
      <select
        value={change.isPending ? change.variables : conversation.replyMode}
        onChange={(event) => change.mutate(event.target.value === 'mentioned' ? 'mentioned' : 'always')}
        className="h-9 w-full rounded-lg border border-line bg-raised px-2 font-normal hover:border-line-strong"
      >
        <option value="always">{texts.members.replyModes.always}</option>
        <option value="mentioned">{texts.members.replyModes.mentioned}</option>
      </select>
    </label>
  );
}
