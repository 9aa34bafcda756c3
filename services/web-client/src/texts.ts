import { createValue } from './live/value.ts';
import { en, type Texts } from './texts/en.ts';

/** The languages, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'chatbot.language';

/** Every text of the interface, in the current language. Read it while rendering, never ahead of that. */
export let texts: Texts = en;

/** The current language. Whoever renders by it renders again when it changes. */
export const language = createValue<Language>('en');

/** Takes up the language that was chosen in this browser, else the first one of the browser's own that there is. */
export async function startLanguage(): Promise<void> {
  const wanted = [storedLanguage(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  const found = wanted.find(isLanguage);
  // Without the catalogue, English does; a choice is not forgotten by that.
  if (found !== undefined) await apply(found).catch(() => {});
}

/** Switches the language and remembers it. @throws Error when its catalogue could not be fetched; nothing changes then. */
export async function setLanguage(next: Language): Promise<void> {
  await apply(next);
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage is forbidden; the language lives as long as the tab.
  }
}

export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}

async function apply(next: Language): Promise<void> {
  // Only English is part of what everybody loads.
  texts = next === 'de' ? (await import('./texts/de.ts')).de : en;
  document.documentElement.lang = next;
  language.set(next);
}

function storedLanguage(): string | undefined {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
