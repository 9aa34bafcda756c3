import { AppError } from '@chatbot/errors';
import type { Checkpoint, GenerationStore } from './ports/generation-store.ts';
import type { Clock } from './ports/system.ts';

/** Stores the text of a running reply so far. Throws RESOURCE_NOT_FOUND, GENERATION_FENCED. */
export async function checkpointGeneration(
  deps: { readonly generations: GenerationStore; readonly clock: Clock },
  input: Omit<Checkpoint, 'nowMs'>,
): Promise<void> {
  const result = await deps.generations.checkpoint({ ...input, nowMs: deps.clock() });
  if (result === 'missing') throw new AppError('RESOURCE_NOT_FOUND');
  if (result === 'fenced') throw new AppError('GENERATION_FENCED');
}
