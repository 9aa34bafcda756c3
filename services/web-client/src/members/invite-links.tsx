import { useState } from 'react';
import type { Invite, MemberRole } from '../api/people.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { useSecretLinks } from '../shell/use-secret-links.ts';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { NewSecret } from '../ui/new-secret.tsx';
import { joinAddress } from './join-address.ts';
import { RoleSelect } from './role-select.tsx';

const HOURS = [24, 7 * 24, 30 * 24] as const;

/** The links that make whoever opens one a member: those there are, and how to make another. */
export function InviteLinks({ conversationId }: { conversationId: string }) {
  const { people } = useServices().api;
  const { links, created, create, revoke } = useSecretLinks({
    queryKey: queryKeys.invites(conversationId),
    list: (signal) => people.listInvites(conversationId, signal),
    create: (invite: { role: MemberRole; expiresInHours: number }) => people.createInvite(conversationId, invite),
    revoke: (id) => people.revokeInvite(conversationId, id),
  });
  return (
    <section className="mt-6 border-t border-line pt-4">
      <h3 className="text-sm font-medium">{texts.members.links}</h3>
      <p className="mt-0.5 text-xs text-ink-faint">{texts.members.linksNote}</p>
      <NewLink isBusy={create.isPending} onCreate={(invite) => create.mutate(invite)} />
      {created !== undefined && (
        <NewSecret
          note={texts.members.linkOnce}
          label={texts.members.linkAddress}
          copyLabel={texts.members.copyLink}
          text={joinAddress(created.token)}
        />
      )}
      <ul aria-label={texts.members.links} className="mt-2 divide-y divide-line">
        {links.data?.map((invite) => (
          <LinkRow
            key={invite.id}
            invite={invite}
            isBusy={revoke.isPending}
            onRevoke={() => revoke.mutate(invite.id)}
          />
        ))}
      </ul>
      {links.isError && (
        <p role="alert" className="mt-2 text-sm text-danger">
          {problemText(problemOf(links.error))}
        </p>
      )}
    </section>
  );
}

type NewLinkProps = { isBusy: boolean; onCreate: (invite: { role: MemberRole; expiresInHours: number }) => void };

function NewLink({ isBusy, onCreate }: NewLinkProps) {
  const [role, setRole] = useState<MemberRole>('reader');
  const [expiresInHours, setHours] = useState<number>(HOURS[1]);
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <RoleSelect label={texts.members.linkRole} value={role} onChange={setRole} />
      <select
        aria-label={texts.members.linkLife}
        value={expiresInHours}
        onChange={(event) => setHours(Number(event.target.value))}
        className="h-9 rounded-lg border border-line bg-raised px-2 text-sm hover:border-line-strong"
      >
        {HOURS.map((hours) => (
          <option key={hours} value={hours}>
            {texts.members.days(hours / 24)}
          </option>
        ))}
      </select>
      <Button disabled={isBusy} onClick={() => onCreate({ role, expiresInHours })}>
        {texts.members.createLink}
      </Button>
    </div>
  );
}

function LinkRow({ invite, isBusy, onRevoke }: { invite: Invite; isBusy: boolean; onRevoke: () => void }) {
  const description = texts.members.linkOf(texts.members.roles[invite.role], formatDate(new Date(invite.expiresAt)));
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 py-2 text-sm">
      <span className="min-w-0 flex-1 text-ink-soft">{description}</span>
      <Button aria-label={texts.organise.of(texts.members.revoke, description)} disabled={isBusy} onClick={onRevoke}>
        {texts.members.revoke}
      </Button>
    </li>
  );
}
