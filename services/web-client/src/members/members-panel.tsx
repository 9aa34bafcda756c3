import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { AddMemberForm } from './add-member-form.tsx';
import { InviteLinks } from './invite-links.tsx';
import { LeaveButton } from './leave-button.tsx';
import { MemberRow } from './member-row.tsx';
import { ReplyModeRow } from './reply-mode-row.tsx';
import { usePeople } from './use-people.ts';

/** Who takes part, and for the owner the means to change that. */
export function MembersPanel({ conversation }: { conversation: Conversation }) {
  const people = usePeople(conversation, { isFresh: true });
  const isOwner = conversation.role === 'owner';
  if (people.isPending) {
    return (
      <div className="mt-6 grid place-items-center">
        <Spinner />
      </div>
    );
  }
  if (people.data === undefined) {
    return (
      <div role="alert" className="mt-4 grid justify-items-start gap-2 text-sm text-ink-soft">
        {problemText(problemOf(people.error))}
        <Button onClick={() => void people.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  return (
    <div className="-mx-6 mt-3 max-h-[70vh] overflow-y-auto px-6">
      <ul aria-label={texts.members.title} className="divide-y divide-line">
        {people.data.items.map((member) => (
          <MemberRow key={member.userId} conversation={conversation} member={member} />
        ))}
      </ul>
      {conversation.role !== 'reader' && <ReplyModeRow conversation={conversation} />}
      {isOwner ? (
        <>
          <AddMemberForm conversation={conversation} />
          <InviteLinks conversationId={conversation.id} />
        </>
      ) : (
        <LeaveButton conversation={conversation} />
      )}
    </div>
  );
}
