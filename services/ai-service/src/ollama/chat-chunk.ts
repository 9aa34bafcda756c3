import { z } from 'zod';
import { failureOfMessage, OllamaError } from './errors.ts';

/** How a reply ended, as the model server says. */
export type ReplyEnd = {
  readonly reason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly loadMs: number;
};

export type ChatChunk = { readonly text: string; readonly end?: ReplyEnd };

const int32Max = 2 ** 31 - 1;
const count = z.int().min(0).max(int32Max).default(0);

/** The last object of a reply. Durations are nanoseconds (Ollama's docs/api.md, "Generate a chat completion"). */
const endSchema = z.object({
  done_reason: z.string().default('stop'),
  prompt_eval_count: count,
  eval_count: count,
  load_duration: z.number().min(0).default(0),
});

/**
 * Reads one object of /api/chat. What a model thinks (`message.thinking`) is no part of the reply.
 * Checked by hand, except for the last one: there is one a token. Throws OllamaError.
 */
export function parseChatChunk(json: string): ChatChunk {
  const value = parseObject(json);
  if (value.error !== undefined) {
    throw typeof value.error === 'string' ? failureOfMessage(value.error) : new OllamaError('failed');
  }
  if (typeof value.done !== 'boolean') throw new OllamaError('malformed');
  const text = textOf(value.message);
  return value.done ? { text, end: parseEnd(value) } : { text };
}

function textOf(message: unknown): string {
  if (!isObject(message)) throw new OllamaError('malformed');
  const { content } = message;
  if (content === undefined || content === null) return '';
  if (typeof content !== 'string') throw new OllamaError('malformed');
  return content;
}

function parseEnd(value: Record<string, unknown>): ReplyEnd {
  const result = endSchema.safeParse(value);
  if (!result.success) throw new OllamaError('malformed');
  const end = result.data;
  return {
    reason: end.done_reason === 'length' ? 'length' : 'stop',
    promptTokens: end.prompt_eval_count,
    completionTokens: end.eval_count,
    loadMs: end.load_duration / 1e6,
  };
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message quotes the text, so it is not kept as a cause.
    throw new OllamaError('malformed');
  }
  if (!isObject(value)) throw new OllamaError('malformed');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
