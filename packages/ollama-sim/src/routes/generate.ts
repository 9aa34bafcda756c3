import type { SimContext } from '../context.ts';
import { type Exchange, readJson } from '../http.ts';
import type { ChatMessage } from '../models/model.ts';
import { type ReplyFormat, timestamp } from '../reply-sink.ts';
import { GenerateRequestSchema } from '../wire.ts';
import { serveInference } from './inference.ts';

/** POST /api/generate. The deprecated `context` is not given, as Ollama leaves it out of raw replies too. */
export async function generate(context: SimContext, exchange: Exchange): Promise<void> {
  const { bodyBytesMax: bytesMax } = context.config;
  const body = await readJson(exchange.request, { schema: GenerateRequestSchema, bytesMax });
  const modelName = body.model ?? '';
  const system: ChatMessage[] = body.system ? [{ role: 'system', content: body.system }] : [];
  await serveInference(context, exchange, {
    path: '/api/generate',
    modelName,
    messages: body.prompt ? [...system, { role: 'user', content: body.prompt }] : [],
    stream: body.stream ?? true,
    options: body.options ?? {},
    keepAlive: body.keep_alive,
    wants: { tools: false, thinking: Boolean(body.think) },
    format: generateFormat(modelName),
    empty: { response: '' },
  });
}

function generateFormat(model: string): ReplyFormat {
  return {
    beforeTime: `{"model":${JSON.stringify(model)},"created_at":"`,
    beforeToken: '","response":',
    afterToken: ',"done":false}',
    final: (text, statistics) => ({ model, created_at: timestamp(), response: text, done: true, ...statistics }),
  };
}
