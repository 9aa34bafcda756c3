import { UserMinus } from 'lucide-react';
import type { Member, MemberRole } from '../api/people.ts';
import type { Conversation } from '../api/schemas.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { RoleSelect } from './role-select.tsx';
import { nameOf, useChangePeople } from './use-people.ts';

/** One person with their role, which the owner may change. */
export function MemberRow({ conversation, member }: { conversation: Conversation; member: Member }) {
  const { user } = useServices();
  const name = nameOf(member);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
      <Avatar name={name} />
      <p className="min-w-0 flex-1 basis-24 truncate text-sm">
        {name}
        {member.userId === user.id && <span className="text-ink-faint"> {texts.members.you}</span>}
      </p>
      {conversation.role === 'owner' && member.role !== 'owner' ? (
        <MemberControls conversationId={conversation.id} userId={member.userId} role={member.role} name={name} />
      ) : (
        <span className="text-xs text-ink-faint">{texts.members.roles[member.role]}</span>
      )}
    </li>
  );
}

type MemberControlsProps = { conversationId: string; userId: string; role: MemberRole; name: string };

function MemberControls({ conversationId, userId, role, name }: MemberControlsProps) {
  const { people } = useServices().api;
  const key = { conversationId, userId };
  const update = useChangePeople(conversationId, (next: MemberRole) => people.updateMember(key, next));
  const remove = useChangePeople(conversationId, () => people.removeMember(key));
  return (
    <>
      <RoleSelect
        label={texts.members.roleOf(name)}
        value={update.isPending ? update.variables : role}
        onChange={(next) => update.mutate(next)}
      />
      <IconButton
        label={texts.members.remove(name)}
        disabled={remove.isPending}
        onClick={() => remove.mutate(undefined)}
      >
        <UserMinus size={16} aria-hidden />
      </IconButton>
    </>
  );
}
