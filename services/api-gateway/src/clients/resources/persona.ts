import type { Persona__Output } from '@chatbot/proto/chatbot/ai/v1/Persona';
import type { UserPersona__Output } from '@chatbot/proto/chatbot/chat/v1/UserPersona';
import { z } from 'zod';
import { present } from './fields.ts';
import { parametersSchema, toParameters } from './parameters.ts';

export const personaSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    parameters: parametersSchema,
    builtIn: z.boolean(),
    prompt: z.string().optional().meta({ description: 'Of one’s own' }),
    version: z.int().optional().meta({ description: 'Of one’s own' }),
  })
  .meta({ id: 'Persona' });

export type Persona = z.infer<typeof personaSchema>;

export function toPersona({ id, name, description, parameters }: Persona__Output): Persona {
  return { id, name, description, parameters: toParameters(parameters), builtIn: true };
}

/** A persona of the caller's own. */
export function toOwnPersona(persona: UserPersona__Output | null): Persona {
  const { id, name, description, prompt, parameters, version } = present(persona, 'persona');
  return { id, name, description, prompt, version, parameters: toParameters(parameters), builtIn: false };
}
