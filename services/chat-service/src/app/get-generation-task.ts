import type { GenerationTask } from '../domain/generation.ts';
import { orNotFound } from './not-found.ts';
import type { GenerationStore } from './ports/generation-store.ts';

/** All that is needed to run or to take over a generation. Throws RESOURCE_NOT_FOUND, also for one in the trash. */
export async function getGenerationTask(
  deps: { readonly generations: GenerationStore },
  generationId: string,
): Promise<GenerationTask> {
  return orNotFound(await deps.generations.getTask(generationId));
}
