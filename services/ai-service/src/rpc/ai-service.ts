import { AppError } from '@chatbot/errors';
import type { AiServiceDefinition } from '@chatbot/proto';
import { duplex, type RpcHandlers, serverStream, unary } from '@chatbot/service-kit';
import { type GenerateDeps, generate } from '../generate.ts';
import { personas } from '../personas.ts';
import { type PullModelDeps, pullModel } from '../pull-model.ts';
import { generateTitle } from '../title.ts';
import { toGenerateResponse, toModel, toPersona, toPullModelResponse } from './convert.ts';
import { emptySchema, generateSchema, generateTitleSchema, pullModelSchema, stopSchema } from './schemas.ts';

export type AiServiceDeps = GenerateDeps & PullModelDeps & { defaultModel: string };

/** The rpcs of chatbot.ai.v1.AiService. They act for no user, so only other services may call them. */
export function aiServiceHandlers(deps: AiServiceDeps): RpcHandlers<AiServiceDefinition> {
  return {
    Generate: duplex({
      access: 'service',
      input: generateSchema,
      later: stopSchema,
      async *handle(input, call) {
        const stop = new AbortController();
        call.onLater((request) => {
          if (request.stop) stop.abort(new AppError('CANCELLED'));
        });
        for await (const event of generate(deps, input, { ...call, stop: stop.signal }))
          yield toGenerateResponse(event);
      },
    }),
    GenerateTitle: unary({
      access: 'service',
      input: generateTitleSchema,
      handle: async (input, call) => ({ title: await generateTitle(deps, input, call) }),
    }),
    ListModels: unary({
      access: 'service',
      input: emptySchema,
      async handle() {
        const models = await deps.hosts.listModels();
        return { models: models.map(toModel), configuredDefault: deps.defaultModel };
      },
    }),
    PullModel: serverStream({
      access: 'service',
      input: pullModelSchema,
      async *handle({ model }, call) {
        for await (const event of pullModel(deps, model, call)) yield toPullModelResponse(event);
      },
    }),
    ListPersonas: unary({
      access: 'service',
      input: emptySchema,
      handle: async () => ({ personas: personas.map(toPersona) }),
    }),
    GetLoad: unary({
      access: 'service',
      routine: true,
      input: emptySchema,
      async handle() {
        const queues = deps.hosts.all.map(({ queue }) => queue);
        const waitingCount = queues.reduce((sum, queue) => sum + queue.waitingCount, 0);
        return { full: queues.every(({ isFull }) => isFull), waitingCount };
      },
    }),
  };
}
