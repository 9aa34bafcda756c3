import type { GenerationStore } from './ports/generation-store.ts';

/** Ids of generations without an end that were made before a time, the oldest first. */
export function listUnfinishedGenerations(
  deps: { readonly generations: GenerationStore },
  query: { readonly createdBeforeMs: number; readonly limit: number },
): Promise<readonly string[]> {
  return deps.generations.listUnfinished(query);
}
