import type { SpanOptions, SpanOutcome } from '@chatbot/service-kit';
import type { ModelTarget } from './ollama/hosts.ts';

type ModelRequest = {
  readonly target: ModelTarget;
  readonly streams: boolean;
  readonly temperature?: number | undefined;
  readonly maxTokens: number;
  /** Of the reply that is asked for, when it is one. */
  readonly generationId?: string;
};

type ModelAnswer = {
  /** The reason in the error catalogue; absent when all went well. */
  readonly errorType?: string | undefined;
  readonly finishReason?: string | undefined;
  readonly firstChunkMs?: number | undefined;
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
};

/**
 * The span of a request to a model, after the OpenTelemetry semantic conventions for generative AI clients
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/): what was asked of the model, and never what was said to it. Stop
 * sequences are left out, too: people write them.
 */
export function modelSpan(request: ModelRequest): SpanOptions {
  const { target, streams, temperature, maxTokens, generationId } = request;
  return {
    name: `chat ${target.model.name}`,
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': target.model.name,
      'gen_ai.request.stream': streams,
      'gen_ai.request.max_tokens': maxTokens,
      ...(temperature === undefined ? {} : { 'gen_ai.request.temperature': temperature }),
      'server.address': target.host.label,
      ...(generationId === undefined ? {} : { 'chatbot.generation.id': generationId }),
    },
  };
}

/** How the request ended. That somebody cancelled it is no fault of the model server. */
export function modelOutcome(answer: ModelAnswer): SpanOutcome {
  const { errorType, finishReason, firstChunkMs, promptTokens, completionTokens } = answer;
  return {
    attributes: {
      ...(finishReason === undefined ? {} : { 'gen_ai.response.finish_reasons': [finishReason] }),
      ...(firstChunkMs === undefined ? {} : { 'gen_ai.response.time_to_first_chunk': firstChunkMs / 1000 }),
      ...(promptTokens === undefined ? {} : { 'gen_ai.usage.input_tokens': promptTokens }),
      ...(completionTokens === undefined ? {} : { 'gen_ai.usage.output_tokens': completionTokens }),
    },
    ...(errorType === undefined ? {} : { error: { type: errorType, isFault: errorType !== 'CANCELLED' } }),
  };
}
