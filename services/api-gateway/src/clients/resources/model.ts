import type { Model__Output } from '@chatbot/proto/chatbot/ai/v1/Model';
import { z } from 'zod';

export const modelSchema = z
  .object({
    name: z.string(),
    family: z.string(),
    parameterSize: z.string(),
    contextLength: z.int(),
    sizeBytes: z.number(),
    isDefault: z.boolean(),
    isDemo: z.boolean(),
  })
  .meta({ id: 'Model' });

export type Model = z.infer<typeof modelSchema>;

export function toModel({
  name,
  family,
  parameterSize,
  contextLength,
  sizeBytes,
  isDefault,
  isDemo,
}: Model__Output): Model {
  return { name, family, parameterSize, contextLength, sizeBytes, isDefault, isDemo };
}
