import type { UserPersona as WirePersona } from '@chatbot/proto/chatbot/chat/v1/UserPersona';
import { toTimestamp, unary } from '@chatbot/service-kit';
import { createPersona } from '../app/create-persona.ts';
import { deletePersona } from '../app/delete-persona.ts';
import { updatePersona } from '../app/update-persona.ts';
import type { Persona } from '../domain/persona.ts';
import { toWireParameters } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import { createPersonaRequest, emptyRequest, personaRequest, updatePersonaRequest } from './schemas.ts';

/** The rpcs on personas of people's own. */
export function personaRpcs(deps: ChatDeps) {
  return {
    ListPersonas: unary({
      access: 'user',
      input: emptyRequest,
      handle: async (_input, { identity }) => {
        return { personas: (await deps.personas.list(identity.userId)).map(toWirePersona) };
      },
    }),

    CreatePersona: unary({
      access: 'user',
      input: createPersonaRequest,
      handle: async (content, { identity }) => {
        return { persona: toWirePersona(await createPersona(deps, { content, userId: identity.userId })) };
      },
    }),

    UpdatePersona: unary({
      access: 'user',
      input: updatePersonaRequest,
      handle: async (input, { identity }) => {
        return { persona: toWirePersona(await updatePersona(deps, { ...input, userId: identity.userId })) };
      },
    }),

    DeletePersona: unary({
      access: 'user',
      input: personaRequest,
      handle: async (input, { identity }) => {
        await deletePersona(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),
  };
}

function toWirePersona({ userId: _, parameters, createdAt, updatedAt, ...same }: Persona): WirePersona {
  return {
    ...same,
    parameters: toWireParameters(parameters),
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}
