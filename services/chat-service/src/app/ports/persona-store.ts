import type { Persona, PersonaContent } from '../../domain/persona.ts';

/** A persona, and who asks. */
export type PersonaKey = { readonly personaId: string; readonly userId: string };

export type PersonaStore = {
  /** All of a user's, by name. */
  list(userId: string): Promise<readonly Persona[]>;
  /** False when the user has that many already. */
  add(persona: Persona, bound: { readonly countMax: number }): Promise<boolean>;
  /** Replaces it when the version is the current one, and returns it as it is then; undefined without such a persona. */
  update(
    change: PersonaKey & { readonly content: PersonaContent; readonly version: number; readonly nowMs: number },
  ): Promise<{ readonly persona: Persona; readonly updated: boolean } | undefined>;
  /** False without such a persona. */
  remove(key: PersonaKey): Promise<boolean>;
};
