import { useDeferredValue, useEffect, useState } from 'react';
import { texts } from '../texts.ts';

const STEPS = [1, 2, 3, 4] as const;
const COLOURS = ['bg-danger', 'bg-danger', 'bg-warn', 'bg-accent', 'bg-accent'] as const;

/** Says how hard a password is to guess while it is being chosen. The server decides. */
export function PasswordStrength({ password }: { password: string }) {
  const score = useStrength(useDeferredValue(password));
  if (score === undefined) return null;
  return (
    <div className="mt-2 flex items-center gap-3">
      <div aria-hidden className="flex flex-1 gap-1">
        {STEPS.map((step) => (
          // The lowest score fills one step, too: an empty bar would look like none.
          <span
            key={step}
            className={`h-1 flex-1 rounded-full ${step <= Math.max(1, score) ? COLOURS[score] : 'bg-hover'}`}
          />
        ))}
      </div>
      <p role="status" className="text-2xs text-ink-soft">
        <span className="sr-only">{texts.strength.label}: </span>
        {texts.strength.levels[score]}
      </p>
    </div>
  );
}

function useStrength(password: string): number | undefined {
  const [score, setScore] = useState<number>();
  useEffect(() => {
    if (password === '') return setScore(undefined);
    let isCurrent = true;
    // A hint only: without the chunk, the form is as good.
    void import('./estimate-strength.ts')
      .then(({ estimateStrength }) => isCurrent && setScore(estimateStrength(password)))
      .catch(() => {});
    return () => {
      isCurrent = false;
    };
  }, [password]);
  return score;
}
