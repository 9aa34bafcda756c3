import { z } from 'zod';
import { nameAuthors } from '../authors.ts';
import { type PersonaId, personaIds } from '../personas.ts';

// The bounds are those that ai_service.proto states. An empty string is an absent one, as proto3 has it.

const messageSchema = z.object({
  role: z.enum(['user', 'assistant', 'system'], 'must be "user", "assistant" or "system"'),
  content: z.string(),
});

/** One line: what follows a name must not pass for more than a name. */
const authorSchema = z
  .string()
  .max(200)
  .transform((name) => name.replace(/\s+/gu, ' ').trim());

const parametersSchema = z
  .object({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    maxTokens: z.int().min(1).max(32_768).optional(),
    seed: z.int().optional(),
    stop: z.array(z.string().min(1).max(64)).max(8),
  })
  .nullish()
  .transform((parameters) => parameters ?? {});

const modelSchema = z.string().trim().max(200);
const personaSchema = z
  .union([z.literal(''), z.enum(personaIds)], `must be one of ${personaIds.join(', ')}`)
  .transform((persona): PersonaId => (persona === '' ? 'assistant' : persona));

export const generateSchema = z
  .object({
    generationId: z.string().max(64),
    model: modelSchema,
    persona: personaSchema,
    parameters: parametersSchema,
    messages: z
      .array(messageSchema.extend({ author: authorSchema }))
      .max(1_000)
      .refine((messages) => messages.some(({ role }) => role === 'user'), 'must hold a message of the user'),
    fairnessKey: z.string(),
    customPersona: z
      .object({ prompt: z.string().min(1).max(8_000), parameters: parametersSchema })
      .nullish()
      .transform((persona) => persona ?? undefined),
  })
  .transform(({ messages, ...request }) => ({ ...request, ...nameAuthors(messages) }));

/** What may follow the request for a reply. */
export const stopSchema = z.object({ stop: z.boolean() });

export const generateTitleSchema = z.object({
  model: modelSchema,
  messages: z.array(messageSchema).min(1, 'must hold at least one message').max(1_000),
});

/** The parts of a name, as Ollama has them (types/model/name.go). A namespace has no dot: a host is not to be passed for one. */
const modelNamePattern = /^(\w[\w-]{0,79}\/)?\w[\w.-]{0,79}(:\w[\w.-]{0,79})?$/;

export const pullModelSchema = z.object({
  model: z.string().regex(modelNamePattern, 'must be a name such as "llama3.2:3b" or "namespace/name", without a host'),
});

export const emptySchema = z.object({});
