import { AppError } from '@chatbot/errors';
import type { Persona, PersonaContent } from '../domain/persona.ts';
import { orNotFound } from './not-found.ts';
import type { PersonaKey, PersonaStore } from './ports/persona-store.ts';
import type { Clock } from './ports/system.ts';

export type UpdatePersonaInput = PersonaKey & {
  /** All of it. */
  readonly content: PersonaContent;
  /** The version that the caller last saw. */
  readonly version: number;
};

/** Changes a persona when nobody did since. Throws RESOURCE_NOT_FOUND, or VERSION_CONFLICT with the current version in its metadata. */
export async function updatePersona(
  deps: { readonly personas: PersonaStore; readonly clock: Clock },
  input: UpdatePersonaInput,
): Promise<Persona> {
  const result = orNotFound(await deps.personas.update({ ...input, nowMs: deps.clock() }));
  if (result.updated) return result.persona;
  throw new AppError('VERSION_CONFLICT', { metadata: { currentVersion: String(result.persona.version) } });
}
