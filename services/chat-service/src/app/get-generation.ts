import type { GenerationWithText } from '../domain/generation.ts';
import { orNotFound } from './not-found.ts';
import type { GenerationStore } from './ports/generation-store.ts';

/** The record of a generation with its stored text, and whether the user may steer it. Throws RESOURCE_NOT_FOUND. */
export async function getGeneration(
  deps: { readonly generations: GenerationStore },
  key: { readonly generationId: string; readonly userId: string },
): Promise<GenerationWithText & { readonly writable: boolean }> {
  return orNotFound(await deps.generations.get(key));
}
