import type { Language } from '../texts.ts';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { useSavePreferences } from './use-preferences.ts';

/** Chooses the language, here at once and for the account. */
export function LanguageSelect({ className }: { className?: string }) {
  const save = useSavePreferences();
  return (
    <LanguageChoice
      {...(className !== undefined && { className })}
      onChosen={(language: Language) => save({ language })}
    />
  );
}
