import { Monitor, Moon, Sun } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { useValue } from '../live/value.ts';
import { texts } from '../texts.ts';
import { setTheme, THEMES, theme } from './theme.ts';
import { useSavePreferences } from './use-preferences.ts';

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Chooses the theme, here at once and for the account. */
export function ThemeChoice() {
  const current = useValue(theme);
  const save = useSavePreferences();

  function choose(value: string): void {
    const next = THEMES.find((candidate) => candidate === value);
    if (next === undefined) return;
    setTheme(next);
    save({ theme: next });
  }

  return (
    <RadioGroup.Root
      value={current}
      onValueChange={choose}
      aria-label={texts.account.theme}
      className="grid grid-cols-3 gap-1 rounded-lg bg-sunken p-1"
    >
      {THEMES.map((value) => {
        const Icon = ICONS[value];
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
