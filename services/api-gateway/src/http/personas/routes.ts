import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { parametersSchema, toProtoParameters } from '../../clients/resources/parameters.ts';
import { personaSchema, toOwnPersona, toPersona } from '../../clients/resources/persona.ts';
import { withCurrent } from '../conflict.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const content = z.object({
  name: z.string().trim().min(1).max(60),
  description: z.string().trim().max(200).default(''),
  prompt: z.string().trim().min(1).max(8_000),
  parameters: parametersSchema.default({}),
});

export const listPersonas = defineRoute({
  method: 'get',
  path: '/personas',
  access: 'user',
  tag: 'personas',
  summary: 'The personas to answer with: the built-in ones, then the caller’s own by name',
  responses: {
    200: { description: 'The personas in the order to show them', schema: z.object({ items: z.array(personaSchema) }) },
  },
  async handle({ chat, clients }, { caller, context, until }) {
    const [builtIn, own] = await Promise.all([
      clients.ai.unary('ListPersonas', {}, { context, ...until, timeoutMs: timeouts.unaryMs }),
      chat.unary('ListPersonas', {}, { ...caller, timeoutMs: timeouts.unaryMs }),
    ]);
    return { status: 200, body: { items: [...builtIn.personas.map(toPersona), ...own.personas.map(toOwnPersona)] } };
  },
});

export const createPersona = defineRoute({
  method: 'post',
  path: '/personas',
  access: 'user',
  tag: 'personas',
  summary: 'Make a persona of one’s own; there may be 50',
  body: content,
  responses: { 201: { description: 'The persona', schema: personaSchema } },
  async handle({ chat }, { caller, body }) {
    const request = { ...body, parameters: toProtoParameters(body.parameters) };
    const { persona } = await chat.unary('CreatePersona', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 201, body: toOwnPersona(persona) };
  },
});

export const updatePersona = defineRoute({
  method: 'patch',
  path: '/personas/:id',
  access: 'user',
  tag: 'personas',
  summary: 'Replace a persona of one’s own, if version is the current one',
  params,
  body: content.extend({ version: z.int().positive() }),
  responses: { 200: { description: 'The persona after the change', schema: personaSchema } },
  async handle({ chat }, { caller, params: { id }, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const request = { ...body, parameters: toProtoParameters(body.parameters), personaId: id };
    const { persona } = await chat.unary('UpdatePersona', request, options).catch(
      withCurrent(async () => {
        const { personas } = await chat.unary('ListPersonas', {}, options);
        return toOwnPersona(personas.find((candidate) => candidate.id === id) ?? null);
      }),
    );
    return { status: 200, body: toOwnPersona(persona) };
  },
});

export const deletePersona = defineRoute({
  method: 'delete',
  path: '/personas/:id',
  access: 'user',
  tag: 'personas',
  summary: 'Delete a persona of one’s own; its conversations are answered by the default one from then on',
  params,
  responses: { 204: { description: 'Deleted' } },
  async handle({ chat }, { caller, params: { id } }) {
    await chat.unary('DeletePersona', { personaId: id }, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});
