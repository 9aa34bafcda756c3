import { useId, useState } from 'react';
import type { Share } from '../api/archive.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { useSecretLinks } from '../shell/use-secret-links.ts';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { NewSecret } from '../ui/new-secret.tsx';
import { shareAddress } from './share-address.ts';

/** 0 for a link that works until it is revoked. */
const DAYS = [0, 1, 7, 30] as const;
const HOURS_PER_DAY = 24;

type ShareDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  conversation: Conversation;
  /** The last message of the branch that is on the screen, when that is not the active one. */
  shownLeafId: string | undefined;
};

/** Makes and revokes the links that show a frozen copy of a conversation to whoever has them. */
export function ShareDialog({ conversation, shownLeafId, ...dialog }: ShareDialogProps) {
  return (
    <Modal {...dialog} title={texts.share.title}>
      <ShareLinks conversationId={conversation.id} shownLeafId={shownLeafId} />
    </Modal>
  );
}

function ShareLinks({ conversationId, shownLeafId }: { conversationId: string; shownLeafId: string | undefined }) {
  const { archive } = useServices().api;
  const { links, created, create, revoke } = useSecretLinks({
    queryKey: queryKeys.shares(conversationId),
    list: (signal) => archive.listShares(conversationId, signal),
    create: (days: number) =>
      archive.createShare(conversationId, {
        ...(shownLeafId !== undefined && { leafId: shownLeafId }),
        ...(days > 0 && { expiresInHours: days * HOURS_PER_DAY }),
      }),
    revoke: (id) => archive.revokeShare(conversationId, id),
  });
  return (
    <>
      <p className="mt-1 text-sm text-ink-soft">{texts.share.lead}</p>
      <NewShare isBusy={create.isPending} onCreate={(days) => create.mutate(days)} />
      {created !== undefined && (
        <NewSecret
          note={texts.share.once}
          label={texts.share.address}
          copyLabel={texts.share.copy}
          text={shareAddress(created.token)}
        />
      )}
      <ul aria-label={texts.share.links} className="mt-2 max-h-56 divide-y divide-line overflow-y-auto">
        {links.data?.map((share) => (
          <ShareRow key={share.id} share={share} isBusy={revoke.isPending} onRevoke={() => revoke.mutate(share.id)} />
        ))}
      </ul>
      {links.isError && (
        <p role="alert" className="mt-2 text-sm text-danger">
          {problemText(problemOf(links.error))}
        </p>
      )}
    </>
  );
}

function NewShare({ isBusy, onCreate }: { isBusy: boolean; onCreate: (days: number) => void }) {
  const [days, setDays] = useState<number>(0);
  const lifeId = useId();
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <label htmlFor={lifeId} className="text-sm">
        {texts.share.life}
      </label>
      <select
        id={lifeId}
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
        className="h-9 flex-1 rounded-lg border border-line bg-raised px-2 text-sm hover:border-line-strong"
      >
        {DAYS.map((count) => (
          <option key={count} value={count}>
            {count === 0 ? texts.share.forGood : texts.members.days(count)}
          </option>
        ))}
      </select>
      <Button look="primary" disabled={isBusy} onClick={() => onCreate(days)}>
        {texts.share.create}
      </Button>
    </div>
  );
}

function ShareRow({ share, isBusy, onRevoke }: { share: Share; isBusy: boolean; onRevoke: () => void }) {
  const until = share.expiresAt === undefined ? undefined : formatDate(new Date(share.expiresAt));
  const description = texts.share.linkOf(share.messageCount, until);
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 py-2 text-sm">
      <span className="min-w-0 flex-1 text-ink-soft">{description}</span>
      <Button aria-label={texts.organise.of(texts.members.revoke, description)} disabled={isBusy} onClick={onRevoke}>
        {texts.members.revoke}
      </Button>
    </li>
  );
}
