/** Which conversations of the list are chosen for a change of many. */
export type Selection = {
  ids: ReadonlySet<string>;
  /** Where a range begins: what was chosen or left out last. */
  anchorId: string | undefined;
};

export const NOTHING_SELECTED: Selection = { ids: new Set(), anchorId: undefined };

/** Chooses one more, or leaves it out again. */
export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchorId: id };
}

/** Makes everything between the last choice and `id` as that choice was; without one, chooses `id` alone. */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
  const { ids, anchorId } = selection;
  const [from, to] = [order.indexOf(anchorId ?? ''), order.indexOf(id)];
  if (anchorId === undefined || from === -1 || to === -1) return toggled(selection, id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  const next = new Set(ids);
  for (const member of range) {
    if (ids.has(anchorId)) next.add(member);
    else next.delete(member);
  }
  return { ids: next, anchorId: id };
}
