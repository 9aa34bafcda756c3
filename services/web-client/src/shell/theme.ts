import { createValue } from '../live/value.ts';

/** The key and the values are known to public/theme.js, too, which sets the theme before the first paint. */
const STORAGE_KEY = 'chatbot.theme';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = createValue<Theme>(storedTheme());

/** Switches the theme and remembers it; 'system' follows the system's preference. */
export function setTheme(next: Theme): void {
  theme.set(next);
  const { dataset } = document.documentElement;
  if (next === 'system') delete dataset.theme;
  else dataset.theme = next;
  try {
    if (next === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage is forbidden; the theme lives as long as the tab.
  }
}

function storedTheme(): Theme {
  const current = document.documentElement.dataset.theme;
  return THEMES.find((candidate) => candidate === current) ?? 'system';
}
