import { ChevronsUpDown, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { Popover, RadioGroup } from 'radix-ui';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { useValue } from '../live/value.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { notify } from '../ui/notices.tsx';
import { useServices } from './services.tsx';
import { setTheme, THEMES, theme } from './theme.ts';

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

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
          <LanguageChoice className="px-3.5" />
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

function ThemeChoice() {
  const current = useValue(theme);

  function choose(value: string): void {
    const next = THEMES.find((candidate) => candidate === value);
    if (next !== undefined) setTheme(next);
  }

  return (
    <RadioGroup.Root
      value={current}
      onValueChange={choose}
      aria-label={texts.account.theme}
      className="grid grid-cols-3 gap-1 rounded-lg bg-sunken p-1"
    >
      {THEMES.map((value) => {
        const Icon = THEME_ICONS[value];
        return (
          <RadioGroup.Item
            key={value}
            value={value}
            className="grid justify-items-center gap-1 rounded-md py-1.5 text-2xs text-ink-soft transition-colors hover:text-ink data-[state=checked]:bg-raised data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-card"
          >
            <Icon size={16} aria-hidden />
            {texts.account.themes[value]}
          </RadioGroup.Item>
        );
      })}
    </RadioGroup.Root>
  );
}
