import { AppError } from '@chatbot/errors';
import { type Persona, type PersonaContent, personaCountMax } from '../domain/persona.ts';
import type { PersonaStore } from './ports/persona-store.ts';
import type { Clock, NewId } from './ports/system.ts';

/** Makes a persona. Throws VALIDATION_FAILED when there are 50. */
export async function createPersona(
  deps: { readonly personas: PersonaStore; readonly newId: NewId; readonly clock: Clock },
  { userId, content }: { readonly userId: string; readonly content: PersonaContent },
): Promise<Persona> {
  const now = new Date(deps.clock());
  const persona = { ...content, id: deps.newId(), userId, createdAt: now, updatedAt: now, version: 1 };
  if (await deps.personas.add(persona, { countMax: personaCountMax })) return persona;
  throw new AppError('VALIDATION_FAILED', { detail: `There are ${personaCountMax} personas already` });
}
