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
