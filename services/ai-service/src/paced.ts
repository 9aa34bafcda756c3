/**
 * Passes on the first and the last item of each state, and of those between what comes `intervalMs` after the one before. What is passed on
 * last is the last item.
 */
export async function* paced<Item extends { readonly state: string }>(
  items: AsyncIterable<Item>,
  { intervalMs, now }: { intervalMs: number; now: () => number },
): AsyncGenerator<Item, void> {
  let state: string | undefined;
  let toldAtMs = 0;
  let held: Item | undefined;
  for await (const item of items) {
    const entersState = item.state !== state;
    if (!entersState && now() - toldAtMs < intervalMs) {
      held = item;
      continue;
    }
    if (entersState && held !== undefined) yield held;
    held = undefined;
    state = item.state;
    toldAtMs = now();
    yield item;
  }
  if (held !== undefined) yield held;
}
