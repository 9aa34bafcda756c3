import { Languages } from 'lucide-react';
import { useValue } from '../live/value.ts';
import { isLanguage, LANGUAGES, type Language, language, setLanguage, texts } from '../texts.ts';
import { notify } from './notices.tsx';

/** Chooses the language of the interface; each is named in itself, for those who cannot read the others. */
export function LanguageChoice({
  className = '',
  onChosen,
}: {
  className?: string;
  onChosen?: (language: Language) => void;
}) {
  const current = useValue(language);

  function choose(tag: string): void {
    if (!isLanguage(tag)) return;
    setLanguage(tag).then(
      () => onChosen?.(tag),
      () => notify(texts.problems.NO_ANSWER ?? ''),
    );
  }

  return (
    <label className={`inline-flex items-center gap-2 text-sm text-ink-soft ${className}`}>
      <Languages size={16} aria-hidden className="text-ink-faint" />
      <span className="sr-only">{texts.account.language}</span>
      <select
        value={current}
        onChange={(event) => choose(event.target.value)}
        className="h-9 flex-1 rounded-lg border border-transparent bg-transparent px-1.5 hover:bg-hover hover:text-ink"
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag} className="bg-raised text-ink">
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
