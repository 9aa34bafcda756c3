import { z } from 'zod';
import { ApiError } from './http.ts';

// Shapes after Ollama's docs/api.md and api/types.go. Unknown fields are ignored and null counts as absent, as in Go's
// encoding/json; lone surrogates become U+FFFD, as there.

const text = z.string().transform((value) => value.toWellFormed());
const keepAlive = z.union([z.number(), z.string()]).nullish();
const optionMap = z.record(z.string(), z.unknown()).nullish();

const inference = {
  model: text.nullish(),
  stream: z.boolean().nullish(),
  options: optionMap,
  keep_alive: keepAlive,
  think: z.union([z.boolean(), z.enum(['high', 'medium', 'low'])]).nullish(),
};

export const ChatRequestSchema = z.object({
  ...inference,
  messages: z.array(z.object({ role: text, content: text.nullish() })).nullish(),
  tools: z.array(z.unknown()).nullish(),
});

export const GenerateRequestSchema = z.object({
  ...inference,
  prompt: text.nullish(),
  system: text.nullish(),
});

export const EmbedRequestSchema = z.object({
  model: text.nullish(),
  input: z.unknown(),
  dimensions: z.int().nullish(),
  options: optionMap,
  keep_alive: keepAlive,
});

/** The request of /api/show and /api/pull; `name` is the old spelling of `model`. */
export const ModelRequestSchema = z.object({
  model: text.nullish(),
  name: text.nullish(),
  stream: z.boolean().nullish(),
});

/** The options of a request that change what the simulator does; it accepts the others and ignores them. */
export interface ReplyOptions {
  readonly tokensMax: number;
  readonly stop: readonly string[];
}

/** Reads the options of a request. Throws ApiError 500 for one of a wrong type, with Ollama's words and status. */
export function parseReplyOptions(options: Readonly<Record<string, unknown>>): ReplyOptions {
  for (const name of ['num_predict', 'num_ctx', 'seed', 'top_k']) {
    requireType(options, { name, type: 'integer', schema: z.number() });
  }
  for (const name of ['temperature', 'top_p', 'min_p', 'repeat_penalty']) {
    requireType(options, { name, type: 'float32', schema: z.number() });
  }
  requireType(options, { name: 'stop', type: 'array', schema: z.array(z.string()) });
  const predictCount = z.number().catch(-1).parse(options.num_predict);
  const stop = z.array(text).catch([]).parse(options.stop);
  return {
    // Zero and below mean no limit.
    tokensMax: predictCount >= 1 ? Math.floor(predictCount) : Number.POSITIVE_INFINITY,
    stop: stop.filter((value) => value !== ''),
  };
}

function requireType(
  options: Readonly<Record<string, unknown>>,
  rule: { readonly name: string; readonly type: string; readonly schema: z.ZodType },
): void {
  if (!rule.schema.nullish().safeParse(options[rule.name]).success) {
    throw new ApiError(500, `option "${rule.name}" must be of type ${rule.type}`);
  }
}
