import type { SimContext } from '../context.ts';
import { ApiError, type Exchange, readJson } from '../http.ts';
import { type ReplyFormat, timestamp } from '../reply-sink.ts';
import { ChatRequestSchema } from '../wire.ts';
import { serveInference } from './inference.ts';

/** POST /api/chat. */
export async function chat(context: SimContext, exchange: Exchange): Promise<void> {
  const { bodyBytesMax: bytesMax } = context.config;
  const body = await readJson(exchange.request, { schema: ChatRequestSchema, bytesMax });
  if (!body.model) {
    throw new ApiError(400, 'model is required');
  }
  const messages = (body.messages ?? []).map(({ role, content }) => ({ role, content: content ?? '' }));
  await serveInference(context, exchange, {
    path: '/api/chat',
    modelName: body.model,
    messages,
    stream: body.stream ?? true,
    options: body.options ?? {},
    keepAlive: body.keep_alive,
    wants: { tools: (body.tools ?? []).length > 0, thinking: Boolean(body.think) },
    format: chatFormat(body.model),
    empty: { message: { role: 'assistant', content: '' } },
  });
}

function chatFormat(model: string): ReplyFormat {
  return {
    beforeTime: `{"model":${JSON.stringify(model)},"created_at":"`,
    beforeToken: '","message":{"role":"assistant","content":',
    afterToken: '},"done":false}',
    final: (text, statistics) => ({
      model,
      created_at: timestamp(),
      message: { role: 'assistant', content: text },
      done: true,
      ...statistics,
    }),
  };
}
