import { createRequestContext, type RequestContext, type RequestHeaders } from '../request-context.ts';

/**
 * All that a span may say. The list is closed, so that nothing reaches a trace by accident: no text of a message, title, name, address or token,
 * and no path or address of a request, which may hold the token of a link. Names after the OpenTelemetry semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/) where they have one.
 */
export type SpanAttributes = {
  readonly 'chatbot.generation.id'?: string;
  /** The X-Request-Id, which is in every log line and in every problem that a client is told. */
  readonly 'chatbot.request.id'?: string;
  readonly 'chatbot.socket.event'?: string;
  /** The first word of the SQL, in capitals. */
  readonly 'db.operation.name'?: string;
  /** The name of a script, as the code has it. */
  readonly 'db.stored_procedure.name'?: string;
  readonly 'db.system.name'?: 'postgresql' | 'redis';
  readonly 'gen_ai.operation.name'?: 'chat';
  readonly 'gen_ai.provider.name'?: 'ollama';
  readonly 'gen_ai.request.max_tokens'?: number;
  readonly 'gen_ai.request.model'?: string;
  readonly 'gen_ai.request.stream'?: boolean;
  readonly 'gen_ai.request.temperature'?: number;
  readonly 'gen_ai.response.finish_reasons'?: readonly string[];
  /** In seconds. */
  readonly 'gen_ai.response.time_to_first_chunk'?: number;
  readonly 'gen_ai.usage.input_tokens'?: number;
  readonly 'gen_ai.usage.output_tokens'?: number;
  readonly 'http.request.method'?: string;
  readonly 'http.response.status_code'?: number;
  /** The pattern that was matched, never what filled it. */
  readonly 'http.route'?: string;
  readonly 'rpc.method'?: string;
  readonly 'rpc.response.status_code'?: string;
  readonly 'rpc.system.name'?: 'grpc';
  readonly 'server.address'?: string;
};

export type SpanOptions = {
  /** One of few: what differs from call to call is an attribute. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  readonly attributes: SpanAttributes;
};

export type SpanOutcome = {
  /** Replaces the name, when it was not known at first. */
  readonly name?: string;
  readonly attributes?: SpanAttributes;
  /** Why there is no good answer; `isFault` when that is not what the caller did wrong. */
  readonly error?: { readonly type: string; readonly isFault: boolean };
};

/** A piece of work in a trace. */
export type Span = {
  /** For all that is done within it: the ids of the request, with this span as the parent of what follows. */
  readonly context: RequestContext;
  end(outcome?: SpanOutcome): void;
};

/** Where a service says what it does for a request. Disposing of it delivers what is left, for two seconds at most. */
export type Tracing = AsyncDisposable & {
  /** For what comes from outside: goes on with the trace that the headers name, else begins one. The sampler decides whether it is recorded. */
  enter(headers: RequestHeaders, options: SpanOptions): Span;
  /** For work within: recorded when what it belongs to is. */
  begin(context: RequestContext, options: SpanOptions): Span;
};

/** Requests keep their ids, and nothing is recorded. */
export const noTracing: Tracing = {
  enter: (headers) => unrecorded(createRequestContext(headers)),
  begin: unrecorded,
  async [Symbol.asyncDispose]() {},
};

/** A span that leaves no trace. */
export function unrecorded(context: RequestContext): Span {
  return { context, end: () => {} };
}
