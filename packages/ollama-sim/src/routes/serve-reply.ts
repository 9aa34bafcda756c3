import type { SimContext } from '../context.ts';
import { ApiError, type Exchange } from '../http.ts';
import type { ChatMessage, ChatModel } from '../models/model.ts';
import { ReplyRun, type RunEnd } from '../reply-run.ts';
import { createStreamSink, createWholeSink, type ReplyFormat, type ReplyStatistics } from '../reply-sink.ts';
import { continueAfter, limitReply } from '../reply-text.ts';
import type { RequestRecord } from '../request-log.ts';
import { estimatePromptTokens } from '../tokens.ts';
import type { ReplyOptions } from '../wire.ts';

export interface ReplyInput {
  readonly record: RequestRecord;
  readonly model: ChatModel;
  readonly messages: readonly ChatMessage[];
  readonly options: ReplyOptions;
  readonly keepAliveMs: number;
  readonly format: ReplyFormat;
}

/**
 * Generates one reply and sends it: waits for a place, loads the model, and runs the reply. Resolves when it has ended,
 * and rejects with an ApiError that is to be answered, or with the signal's reason when the client has left.
 */
export async function serveReply(context: SimContext, exchange: Exchange, input: ReplyInput): Promise<void> {
  const { log, loadedModels, slots } = context;
  const { record, model } = input;
  const { signal } = exchange;
  const startMs = performance.now();
  const leave = await slots.acquire(signal);
  try {
    if (loadedModels.isLoading(model)) {
      log.setState(record, 'loading');
    }
    await loadedModels.load(model, { keepAliveMs: input.keepAliveMs, signal });
    signal.throwIfAborted();
    log.setState(record, 'streaming');
    await run(context, exchange, { ...input, startMs, loadedMs: performance.now() });
  } finally {
    leave();
  }
}

interface RunInput extends ReplyInput {
  readonly startMs: number;
  readonly loadedMs: number;
}

async function run(context: SimContext, exchange: Exchange, input: RunInput): Promise<void> {
  const { model, record, options } = input;
  const part = input.messages.at(-1)?.role === 'assistant' ? (input.messages.at(-1)?.content ?? '') : '';
  const plan = model.reply(part === '' ? input.messages : input.messages.slice(0, -1));
  if (plan.fault?.kind === 'status') {
    throw new ApiError(plan.fault.status, 'llama runner process has terminated: exit status 2');
  }
  const sink = (record.stream ? createStreamSink : createWholeSink)(exchange.response, input.format);
  let firstTokenMs = Number.NaN;
  const end = await new Promise<RunEnd>((resolve, reject) => {
    const reply = new ReplyRun(
      {
        ticker: context.ticker,
        sink,
        onTokens: (count) => {
          firstTokenMs = Number.isNaN(firstTokenMs) ? performance.now() : firstTokenMs;
          context.log.addTokens(record, count);
        },
        onEnd: (ending) => {
          if (ending === 'fault') {
            // At once, because the connection that the fault closes would else count as closed by the client.
            context.log.end(record, 'failed');
          }
          resolve(ending);
        },
      },
      { plan, tokens: limitReply(continueAfter(plan.tokens, part), options) },
    );
    context.runs.set(record.id, reply);
    exchange.signal.addEventListener('abort', () => {
      reply.stop();
      reject(exchange.signal.reason);
    });
    reply.start();
  }).finally(() => context.runs.delete(record.id));
  if (end !== 'fault') {
    sink.finish(statistics(end, { ...input, firstTokenMs }));
  }
}

function statistics(reason: string, times: RunInput & { readonly firstTokenMs: number }): ReplyStatistics {
  const endMs = performance.now();
  const firstTokenMs = Number.isNaN(times.firstTokenMs) ? endMs : times.firstTokenMs;
  return {
    done_reason: reason,
    total_duration: nanoseconds(endMs - times.startMs),
    load_duration: nanoseconds(times.loadedMs - times.startMs),
    prompt_eval_count: estimatePromptTokens(times.messages.map(({ content }) => content)),
    prompt_eval_duration: nanoseconds(firstTokenMs - times.loadedMs),
    eval_count: times.record.tokensSent,
    eval_duration: nanoseconds(endMs - firstTokenMs),
  };
}

/** At least 1, because Ollama leaves out a field that is zero and clients divide by these. */
function nanoseconds(durationMs: number): number {
  return Math.max(1, Math.round(durationMs * 1e6));
}
