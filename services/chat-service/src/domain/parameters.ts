import { z } from 'zod';
import { storableText } from './storable-text.ts';

/** Sampling parameters, wherever they come from. An empty list of stops is none. */
export const parametersSchema = z
  .object({
    temperature: z.number().min(0).max(2).exactOptional(),
    topP: z.number().gt(0).max(1).exactOptional(),
    maxTokens: z.int().min(1).max(32_768).exactOptional(),
    seed: z.int32().exactOptional(),
    stop: z.array(storableText(64)).max(8).exactOptional(),
  })
  .transform(({ stop, ...sampling }): Parameters => (stop?.length ? { ...sampling, stop } : sampling));

/**
 * Sampling parameters. Each of them is that of the request, else that of the conversation, else the persona's, else the model's. A turn is stored
 * with the first two; ai-service, which has the personas, adds the others.
 */
export type Parameters = {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
};
