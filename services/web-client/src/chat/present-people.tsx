import type { Conversation } from '../api/schemas.ts';
import { useValue } from '../live/value.ts';
import { nameOf, usePeople } from '../members/use-people.ts';
import { useServices } from '../shell/services.tsx';
import { formatList } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Avatar } from '../ui/avatar.tsx';

const SHOWN_MAX = 3;

/** The others who have the conversation open now. */
export function PresentPeople({ conversation }: { conversation: Conversation }) {
  const { live, user } = useServices();
  const { present } = useValue(live.rooms.state(conversation.id));
  const { data } = usePeople(conversation, { isWanted: conversation.memberCount > 1 });
  const here = (data?.items ?? []).filter(({ userId }) => userId !== user.id && present.has(userId));
  if (here.length === 0) return null;
  const label = texts.together.here(formatList(here.map(nameOf)));
  return (
    <p title={label} className="flex shrink-0 -space-x-1.5 px-1">
      <span className="sr-only">{label}</span>
      {here.slice(0, SHOWN_MAX).map((member) => (
        <span key={member.userId} className="rounded-full ring-2 ring-canvas">
          <Avatar name={nameOf(member)} size="sm" />
        </span>
      ))}
    </p>
  );
}
