import { AnySchema, type Call } from './http.ts';
import { type Parameters, type Persona, PersonaListSchema, PersonaSchema } from './schemas.ts';

/** The calls about ways of answering. */

/** What makes a persona. */
export type PersonaContent = { name: string; description: string; prompt: string; parameters: Parameters };

export type PersonasApi = {
  /** The built-in ones, then one's own by name. */
  list: (signal: AbortSignal) => Promise<Persona[]>;
  create: (content: PersonaContent) => Promise<Persona>;
  /** Replaces one of one's own, if its version is the current one; the problem of a conflict has the current state. */
  update: (persona: { id: string; version: number }, content: PersonaContent) => Promise<Persona>;
  remove: (id: string) => Promise<void>;
};

/** Makes the calls by `call`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createPersonasApi(call: Call): PersonasApi {
  return {
    list: async (signal) => (await call({ path: '/personas', schema: PersonaListSchema, signal })).items,
    create: (content) => call({ method: 'POST', path: '/personas', body: content, schema: PersonaSchema }),
    update: ({ id, version }, content) =>
      call({ method: 'PATCH', path: pathOf(id), body: { version, ...content }, schema: PersonaSchema }),
    remove: async (id) => {
      await call({ method: 'DELETE', path: pathOf(id), schema: AnySchema });
    },
  };
}

function pathOf(id: string): string {
  return `/personas/${encodeURIComponent(id)}`;
}
