import { AppError } from '@chatbot/errors';
import { detectLanguage } from '../domain/language.ts';
import type { CompletedGeneration, Completion, GenerationStore } from './ports/generation-store.ts';
import type { Clock } from './ports/system.ts';

/** Stores the end of a generation, once; returns what is stored then. Throws RESOURCE_NOT_FOUND, GENERATION_FENCED. */
export async function completeGeneration(
  deps: { readonly generations: GenerationStore; readonly clock: Clock },
  input: Omit<Completion, 'nowMs' | 'language'>,
): Promise<CompletedGeneration> {
  const result = await deps.generations.complete({
    ...input,
    language: detectLanguage(input.end.content),
    nowMs: deps.clock(),
  });
  if (result === 'missing') throw new AppError('RESOURCE_NOT_FOUND');
  if (result === 'fenced') throw new AppError('GENERATION_FENCED');
  return result;
}
