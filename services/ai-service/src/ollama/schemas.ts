import { z } from 'zod';
import { OllamaError } from './errors.ts';

// Only what is used is looked at; Ollama adds fields with every release. Lists are bounded because each entry costs a request.
const modelCountMax = 10_000;
const nameSchema = z.string().min(1).max(512);

const detailsSchema = z.object({
  family: z.string().max(100).nullish(),
  parameter_size: z.string().max(100).nullish(),
});

/** GET /api/tags. */
export const tagsSchema = z.object({
  models: z
    .array(
      z.object({
        name: nameSchema,
        digest: z.string().max(512).default(''),
        size: z.number().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
        details: detailsSchema.nullish(),
      }),
    )
    .max(modelCountMax)
    .nullish(),
});

/** POST /api/show. */
export const showSchema = z.object({
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
  details: detailsSchema.nullish(),
});

/** GET /api/ps. */
export const psSchema = z.object({
  models: z
    .array(z.object({ name: nameSchema }))
    .max(modelCountMax)
    .nullish(),
});

/** POST /api/chat with `stream: false`. */
export const chatSchema = z.object({ message: z.object({ content: z.string().max(100_000) }) });

const byteCount = z.int().min(0).default(0);

/** One line of POST /api/pull: what is done, how far a part of the model is, or what went wrong. */
export const pullLineSchema = z.object({
  status: z.string().default(''),
  digest: z.string().max(512).default(''),
  total: byteCount,
  completed: byteCount,
  error: z.string().optional(),
});

/** Narrows an answer; one of another shape is an OllamaError. */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new OllamaError('malformed');
}
