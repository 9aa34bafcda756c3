import { Search, SquarePen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { texts } from '../texts.ts';
import { Keys } from '../ui/keys.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ConversationList } from './conversation-list.tsx';
import { useOpenOverlay } from './overlays.tsx';
import { isMac, keysOf, SHORTCUTS } from './shortcuts.ts';

/** The conversations, the way to a new one, and the account. */
export function Sidebar({ closeButton }: { closeButton?: ReactNode }) {
  return (
    <aside aria-label={texts.sidebar.region} className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center justify-between pr-2 pl-4">
        <Link to="/" className="rounded-md">
          <Wordmark />
        </Link>
        {closeButton}
      </div>
      <div className="px-3 pb-2">
        <Link
          to="/"
          className="flex h-10 items-center gap-2.5 rounded-lg border border-line bg-raised px-3 text-sm font-medium shadow-card transition-colors hover:border-line-strong"
        >
          <SquarePen size={16} aria-hidden className="text-accent" />
          {texts.sidebar.newChat}
        </Link>
        <SearchButton />
      </div>
      <ConversationList />
      <div className="shrink-0 border-t border-line p-2">
        <AccountMenu />
      </div>
    </aside>
  );
}

function SearchButton() {
  const open = useOpenOverlay();
  return (
    <button
      type="button"
      onClick={() => open('palette')}
      className="mt-1 flex h-10 w-full items-center gap-2.5 rounded-lg px-3 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink"
    >
      <Search size={16} aria-hidden className="text-ink-faint" />
      <span className="flex-1 text-left">{texts.palette.open}</span>
      <span aria-hidden className="pointer-coarse:hidden">
        <Keys names={keysOf(SHORTCUTS.palette, { isMac: isMac() })} />
      </span>
    </button>
  );
}
