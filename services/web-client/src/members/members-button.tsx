import { Users } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { WithTooltip } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { MembersPanel } from './members-panel.tsx';

/** Opens who takes part in a conversation; shows how many, when there are several. */
export function MembersButton({ conversation }: { conversation: Conversation }) {
  const [isOpen, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const { memberCount } = conversation;
  const label = memberCount > 1 ? texts.members.count(memberCount) : texts.members.title;
  return (
    <>
      <WithTooltip label={label}>
        <button
          ref={trigger}
          type="button"
          aria-label={label}
          onClick={() => setOpen(true)}
          className="inline-flex h-8 min-w-8 shrink-0 items-center justify-center gap-1.5 rounded-lg px-1.5 text-xs text-ink-faint tabular-nums transition-colors hover:bg-hover hover:text-ink"
        >
          <Users size={16} aria-hidden />
          {memberCount > 1 && memberCount}
        </button>
      </WithTooltip>
      <Modal
        open={isOpen}
        onOpenChange={setOpen}
        title={texts.members.title}
        returnFocus={() => trigger.current?.focus()}
      >
        <MembersPanel conversation={conversation} />
      </Modal>
    </>
  );
}
