import type { SimContext } from '../context.ts';
import { ApiError, type Exchange, sendJson } from '../http.ts';
import { parseKeepAlive } from '../loaded-models.ts';
import type { ChatMessage, ChatModel } from '../models/model.ts';
import { type ReplyFormat, timestamp } from '../reply-sink.ts';
import { parseReplyOptions } from '../wire.ts';
import { serveReply } from './serve-reply.ts';

/** What /api/chat and /api/generate have in common. */
export interface InferenceInput {
  readonly path: '/api/chat' | '/api/generate';
  readonly modelName: string;
  /** Empty when the client only wants the model loaded or unloaded. */
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly keepAlive: string | number | null | undefined;
  readonly wants: { readonly tools: boolean; readonly thinking: boolean };
  readonly format: ReplyFormat;
  /** The fields that carry no text, for an answer that only loads or unloads. */
  readonly empty: object;
}

/** Checks a request for text and serves it. Throws ApiErrors worded as Ollama's. */
export async function serveInference(context: SimContext, exchange: Exchange, input: InferenceInput): Promise<void> {
  const model = getChatModel(context, input);
  const keepAliveMs = parseKeepAlive(input.keepAlive);
  if (input.messages.length === 0) {
    await loadOnly(context, exchange, { input, model, keepAliveMs });
    return;
  }
  const options = parseReplyOptions(input.options);
  const record = context.log.add({
    path: input.path,
    model: input.modelName,
    messages: input.messages,
    options: input.options,
    stream: input.stream,
    headers: exchange.request.headers,
  });
  // Whatever fails ends the record first, so that these two only see the rest.
  exchange.signal.addEventListener('abort', () => context.log.end(record, 'aborted'));
  exchange.response.once('finish', () => context.log.end(record, 'done'));
  try {
    const { messages, format } = input;
    await serveReply(context, exchange, { record, model, messages, options, keepAliveMs, format });
  } catch (error) {
    context.log.end(record, exchange.signal.aborted ? 'aborted' : 'failed');
    throw error;
  }
}

function getChatModel(context: SimContext, input: InferenceInput): ChatModel {
  const name = input.modelName;
  const model = context.catalogue.get(name);
  if (model.kind !== 'chat' || !model.capabilities.includes('completion')) {
    throw new ApiError(400, `"${name}" does not support ${input.path === '/api/chat' ? 'chat' : 'generate'}`);
  }
  if (input.wants.thinking && !model.capabilities.includes('thinking')) {
    throw new ApiError(400, `"${name}" does not support thinking`);
  }
  if (input.wants.tools && !model.capabilities.includes('tools')) {
    throw new ApiError(400, `registry.ollama.ai/library/${model.name} does not support tools`);
  }
  return model;
}

/** An empty request loads the model, or with keep_alive 0 unloads it. */
async function loadOnly(
  context: SimContext,
  exchange: Exchange,
  { input, model, keepAliveMs }: { input: InferenceInput; model: ChatModel; keepAliveMs: number },
): Promise<void> {
  const isUnload = keepAliveMs === 0;
  if (isUnload) {
    context.loadedModels.unload(model);
  } else {
    await context.loadedModels.load(model, { keepAliveMs, signal: exchange.signal });
  }
  sendJson(exchange.response, 200, {
    model: input.modelName,
    created_at: timestamp(),
    ...input.empty,
    done: true,
    done_reason: isUnload ? 'unload' : 'load',
  });
}
