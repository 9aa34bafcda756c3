import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { extended, NOTHING_SELECTED, type Selection, toggled } from './selection.ts';

/** Which conversations the list shows and in which order, as the server is asked for them; {} is all, the latest first. */
export type Narrowing = {
  folderId?: string;
  tag?: string;
  unread?: 'true';
  /** Absent: by the latest message. */
  sort?: 'created' | 'title';
};

export type ListChoice = {
  narrowing: Narrowing;
  setNarrowing: (narrowing: Narrowing) => void;
  /** Undefined while nobody is choosing. */
  selection: Selection | undefined;
  /** Begins to choose, with one of them or with none. */
  startSelecting: (id?: string) => void;
  toggle: (id: string) => void;
  /** Chooses up to here, in the order of the list. */
  extendTo: (id: string, order: readonly string[]) => void;
  selectAll: (ids: readonly string[]) => void;
  stopSelecting: () => void;
};

const ListChoiceContext = createContext<ListChoice | undefined>(undefined);

/** Keeps what the list shows, for the list itself and for all that follows its order. */
export function ListChoiceProvider({ children }: { children: ReactNode }) {
  const [narrowing, setNarrowing] = useState<Narrowing>({});
  const [selection, setSelection] = useState<Selection>();
  const choice = useMemo(
    (): ListChoice => ({
      narrowing,
      selection,
      setNarrowing(next) {
        setNarrowing(next);
        // What is out of sight must not be changed by a press of a button.
        setSelection(undefined);
      },
      startSelecting: (id) => setSelection(id === undefined ? NOTHING_SELECTED : toggled(NOTHING_SELECTED, id)),
      toggle: (id) => setSelection((before = NOTHING_SELECTED) => toggled(before, id)),
      extendTo: (id, order) => setSelection((before = NOTHING_SELECTED) => extended(before, id, order)),
      selectAll: (ids) => setSelection({ ids: new Set(ids), anchorId: undefined }),
      stopSelecting: () => setSelection(undefined),
    }),
    [narrowing, selection],
  );
  return <ListChoiceContext value={choice}>{children}</ListChoiceContext>;
}

/** @throws Error outside of the provider */
export function useListChoice(): ListChoice {
  const choice = useContext(ListChoiceContext);
  if (choice === undefined) throw new Error('useListChoice needs a ListChoiceProvider above it');
  return choice;
}
