import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirmation, ConfirmationCancel } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

/** Leaves a conversation, which only its owner could undo; so it asks first. */
export function LeaveButton({ conversation: { id, title } }: { conversation: Conversation }) {
  const { api, user } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);

  async function leave(): Promise<void> {
    setBusy(true);
    try {
      await api.people.removeMember({ conversationId: id, userId: user.id });
      void navigate('/', { replace: true });
      createThreadCache(queryClient).removeConversation(id);
    } catch (error) {
      setBusy(false);
      setAsking(false);
      notify(problemText(problemOf(error)));
    }
  }

  return (
    <>
      <Button ref={trigger} className="mt-4" onClick={() => setAsking(true)}>
        {texts.members.leave}
      </Button>
      <Confirmation
        open={isAsking}
        onOpenChange={setAsking}
        title={texts.members.leaveQuestion}
        description={texts.members.leaveBody(title || texts.sidebar.untitled)}
        returnFocus={() => trigger.current?.focus()}
      >
        <div className="mt-5 flex justify-end gap-2">
          <ConfirmationCancel asChild>
            <Button>{texts.cancel}</Button>
          </ConfirmationCancel>
          <Button look="danger" disabled={isBusy} onClick={() => void leave()}>
            {texts.members.leave}
          </Button>
        </div>
      </Confirmation>
    </>
  );
}
