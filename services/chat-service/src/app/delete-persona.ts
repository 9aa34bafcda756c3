import { AppError } from '@chatbot/errors';
import type { PersonaKey, PersonaStore } from './ports/persona-store.ts';

/** Deletes a persona; conversations that name it are answered by the default one from now on. Throws RESOURCE_NOT_FOUND. */
export async function deletePersona(deps: { readonly personas: PersonaStore }, key: PersonaKey): Promise<void> {
  if (!(await deps.personas.remove(key))) throw new AppError('RESOURCE_NOT_FOUND');
}
