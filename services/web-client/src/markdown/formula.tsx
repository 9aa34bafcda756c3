import { useEffect, useRef, useState } from 'react';

/** Longer formulas stay what was written: laying them out would hold up the page. */
const LENGTH_MAX = 5000;

export type FormulaProps = { source: string; isDisplay: boolean };

/** A formula; as it was written until the typesetter has been loaded, and where it cannot be typeset. */
export function Formula({ source, isDisplay }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [isSet, setSet] = useState(false);

  useEffect(() => {
    const element = place.current;
    if (element === null || source.length > LENGTH_MAX) return;
    let isCurrent = true;
    void import('./typeset.ts')
      .then(({ typeset }) => isCurrent && setSet(typeset(element, { source, isDisplay })))
      .catch(() => {});
    return () => {
      isCurrent = false;
    };
  }, [source, isDisplay]);

  return (
    <span className={isDisplay ? 'block overflow-x-auto py-1' : undefined}>
      <span ref={place} hidden={!isSet} />
      {!isSet && <code>{source}</code>}
    </span>
  );
}
