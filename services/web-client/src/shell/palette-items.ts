/** One line of the command palette. */
export type PaletteItem = {
  id: string;
  group: string;
  label: string;
  /** A second line, for example the place that was found. */
  note?: string;
  /** Other words under which it is found. */
  keywords?: string;
  run: () => void;
};

/** The items that contain every word of the query, in any order and without regard to case and accents. */
export function filterItems(items: readonly PaletteItem[], query: string): PaletteItem[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  return items.filter(({ label, keywords = '' }) => {
    const text = fold(`${label} ${keywords}`);
    return words.every((word) => text.includes(word));
  });
}

/** Items under their groups, both in the order in which they come. */
export function groupItems(items: readonly PaletteItem[]): { group: string; items: PaletteItem[] }[] {
  return [...Map.groupBy(items, ({ group }) => group)].map(([group, members]) => ({ group, items: members }));
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
