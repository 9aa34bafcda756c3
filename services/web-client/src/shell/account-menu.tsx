import { ChevronsUpDown, LogOut, Settings } from 'lucide-react';
import { Popover } from 'radix-ui';
import { Link } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';
import { LanguageSelect } from './language-choice.tsx';
import { useServices } from './services.tsx';
import { ThemeChoice } from './theme-choice.tsx';

/** Who is signed in, the theme, and the way out. */
export function AccountMenu() {
  const { session, user } = useServices();
  return (
    <Popover.Root>
      <Popover.Trigger className="flex w-full items-center gap-2.5 rounded-lg p-2 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover">
        <span
          aria-hidden
          className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
        >
          {[...user.displayName][0]?.toUpperCase()}
        </span>
        <span className="min-w-0 flex-1">
          <span className="sr-only">{texts.account.of} </span>
          <span className="block truncate text-sm font-medium">{user.displayName}</span>
          <span className="block truncate text-2xs text-ink-faint">{user.email}</span>
        </span>
        <ChevronsUpDown size={16} aria-hidden className="text-ink-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label={texts.account.menu}
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={10}
          className="z-50 grid w-64 origin-(--radix-popover-content-transform-origin) animate-pop gap-3 rounded-xl border border-line bg-raised p-3 shadow-pop outline-none"
        >
          <ThemeChoice />
          <LanguageSelect className="px-3.5" />
          <Popover.Close asChild>
            <Link
              to="/settings/profile"
              className="flex min-h-9 items-center gap-2 rounded-lg px-3.5 text-sm font-medium text-ink-soft hover:bg-hover hover:text-ink"
            >
              <Settings size={16} aria-hidden />
              {texts.settings.title}
            </Link>
          </Popover.Close>
          <Button
            look="plain"
            className="justify-start"
            onClick={() => void session.signOut().catch((error: unknown) => notify(problemText(problemOf(error))))}
          >
            <LogOut size={16} aria-hidden />
            {texts.account.signOut}
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
