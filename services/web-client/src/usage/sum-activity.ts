/** What is counted. */
export type Counts = {
  messages: number;
  replies: number;
  promptTokens: number;
  completionTokens: number;
  generationMs: number;
};

/** The sums by what `keyOf` says, in the order in which the keys come. */
export function sumBy<Item extends Counts>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { key: string; counts: Counts }[] {
  return [...Map.groupBy(items, keyOf)].map(([key, members]) => ({ key, counts: sumOf(members) }));
}

export function sumOf(items: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => items.reduce((total, item) => total + item[name], 0);
  return {
    messages: sum('messages'),
    replies: sum('replies'),
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    generationMs: sum('generationMs'),
  };
}

/** All tokens, in and out. */
export function tokensOf({ promptTokens, completionTokens }: Counts): number {
  return promptTokens + completionTokens;
}

const DAY_MS = 86_400_000;

/** Every day from the first to the last, as YYYY-MM-DD; both in UTC, as the server counts. The last one is today unless said otherwise. */
export function daysFrom(first: string, last = new Date().toISOString().slice(0, 10)): string[] {
  const firstMs = Date.parse(first);
  const count = Math.max(0, Math.floor((Date.parse(last) - firstMs) / DAY_MS) + 1);
  return Array.from({ length: count }, (_unused, index) =>
    new Date(firstMs + index * DAY_MS).toISOString().slice(0, 10),
  );
}
