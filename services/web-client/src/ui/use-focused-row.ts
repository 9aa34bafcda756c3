import { type RefObject, useEffect, useState } from 'react';

/** The row, by its data-row, in which the focus was last: it stays rendered however far one scrolls. */
export function useFocusedRow(content: RefObject<HTMLElement | null>): string | undefined {
  const [rowId, setRowId] = useState<string>();
  useEffect(() => {
    const element = content.current;
    if (element === null) return;
    function onFocus({ target }: FocusEvent): void {
      if (target instanceof Element) setRowId(target.closest<HTMLElement>('[data-row]')?.dataset.row);
    }
    element.addEventListener('focusin', onFocus);
    return () => element.removeEventListener('focusin', onFocus);
  }, [content]);
  return rowId;
}
