import type { Parameters__Output } from '@chatbot/proto/chatbot/ai/v1/Parameters';
import type { PreferredParameters__Output } from '@chatbot/proto/chatbot/user/v1/PreferredParameters';
import { z } from 'zod';

export const parametersSchema = z
  .object({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    maxTokens: z.int().min(1).max(32_768).optional(),
    seed: z.int32().optional(),
    stop: z.array(z.string().min(1).max(64)).max(8).optional(),
  })
  .meta({
    id: 'Parameters',
    description:
      'Sampling parameters. Each is that of the message, else that of its conversation, else the default of the persona, else that of the model',
  });

export type Parameters = z.infer<typeof parametersSchema>;

export function toParameters(parameters: Parameters__Output | PreferredParameters__Output | null): Parameters {
  if (parameters === null) return {};
  const { temperature, topP, maxTokens, seed, stop } = parameters;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

/** The other way round: without what is undefined, which the generated types do not take. */
export function toProtoParameters({ temperature, topP, maxTokens, seed, stop }: Parameters) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    stop: stop ?? [],
  };
}
