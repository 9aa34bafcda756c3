import type { Readable } from 'node:stream';
import type { LoopPressure, RequestContext } from '@chatbot/service-kit';
import { type ChatRequest, type Fetch, Ollama, type Options } from 'ollama';
import type { OllamaEndpoint } from './endpoint.ts';
import { OllamaError } from './errors.ts';
import { createGathering } from './gathering.ts';
import { sameModel } from './model-name.ts';
import { type PullProgress, readPull } from './read-pull.ts';
import { type ReplyPart, readReply } from './read-reply.ts';
import { chatSchema, parseAnswer, psSchema, showSchema, tagsSchema } from './schemas.ts';
import { classify, type OllamaTransport, releaseConnection, type TransportRequest } from './transport.ts';

/** One call: what it belongs to, and how it is given up. */
export type OllamaCall = { readonly signal: AbortSignal; readonly context?: RequestContext };

export type OllamaChatRequest = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly options: Partial<Options>;
  readonly think?: boolean;
};

/** A model as /api/tags lists it. */
export type TaggedModel = {
  readonly name: string;
  /** Names the content: what /api/show says of a digest never changes. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly family: string;
  readonly parameterSize: string;
};

/** What /api/show adds. */
export type ModelFacts = {
  readonly isChatModel: boolean;
  readonly thinks: boolean;
  /** In tokens; 0 when unknown. */
  readonly contextLength: number;
};

/** Ollama's HTTP API, as far as it is used. Every method throws OllamaError, or the reason of the call's signal. */
export type OllamaClient = {
  /** Resolves when the server works. A proxy may keep /api/version to itself: a path that is unknown is an answer, too. */
  ping(call: OllamaCall): Promise<void>;
  listModels(call: OllamaCall): Promise<readonly TaggedModel[]>;
  showModel(name: string, call: OllamaCall): Promise<ModelFacts>;
  /** Whether the model is in memory, or on the way there. */
  isLoaded(name: string, call: OllamaCall): Promise<boolean>;
  /** The whole reply at once. */
  chat(request: OllamaChatRequest, call: OllamaCall): Promise<string>;
  /** The reply as it comes; the request is sent with the first read. */
  streamChat(request: OllamaChatRequest, call: OllamaCall): AsyncGenerator<ReplyPart, void>;
  /** Installs a model, telling each step; the request is sent with the first read. Leaving the iteration closes it. */
  pullModel(name: string, call: OllamaCall): AsyncGenerator<PullProgress, void>;
};

/** Comparing a large model with its checksums takes minutes on a slow disk, and nothing is said meanwhile. */
const pullIdleTimeoutMs = 15 * 60_000;

/** A client of one server, on connections that are shared with the other clients. */
export function createOllamaClient(deps: {
  endpoint: OllamaEndpoint;
  transport: OllamaTransport;
  pressure: Pick<LoopPressure, 'windowMs'>;
}): OllamaClient {
  const { endpoint, transport, pressure } = deps;
  // One package client a call: it is a small object, and its fetch is the only place for a signal of one's own.
  const ollama = (call: OllamaCall) =>
    new Ollama({ host: `${endpoint.origin}${endpoint.pathPrefix}`, fetch: fetchFor(deps, call) });
  const openStream = (
    path: string,
    request: object,
    { call, ...limits }: { call: OllamaCall } & Pick<TransportRequest, 'idleTimeoutMs'>,
  ) =>
    transport.open({
      endpoint,
      method: 'POST',
      path,
      headers: headersOf(call),
      body: JSON.stringify({ ...request, stream: true }),
      signal: call.signal,
      ...limits,
    });

  return {
    async ping(call) {
      try {
        await parsed(ollama(call).version());
      } catch (thrown) {
        if (!(thrown instanceof OllamaError) || thrown.failure !== 'model-missing') throw thrown;
      }
    },
    async listModels(call) {
      const { models } = parseAnswer(tagsSchema, await parsed(ollama(call).list()));
      return (models ?? []).map(({ name, digest, size, details }) => ({
        name,
        digest,
        sizeBytes: Math.floor(size),
        family: details?.family ?? '',
        parameterSize: details?.parameter_size ?? '',
      }));
    },
    async showModel(name, call) {
      return toFacts(parseAnswer(showSchema, await parsed(ollama(call).show({ model: name }))));
    },
    async isLoaded(name, call) {
      const { models } = parseAnswer(psSchema, await parsed(ollama(call).ps()));
      return (models ?? []).some((model) => sameModel(model.name, name));
    },
    async chat(request, call) {
      const answer = await parsed(ollama(call).chat({ ...toChatRequest(request), stream: false }));
      return parseAnswer(chatSchema, answer).message.content;
    },
    async *streamChat(request, call) {
      // Not the package's stream: that one prints lines it cannot parse to the console, message text and all, goes on without
      // them, keeps a line of any length in memory, and takes several turns of the microtask queue a token.
      const body = await openStream('/api/chat', toChatRequest(request), { call });
      let ended = false;
      try {
        for await (const part of readReply(body, { gathering: createGathering(pressure), signal: call.signal })) {
          ended = part.end !== undefined;
          yield part;
        }
      } catch (thrown) {
        throw classify(thrown, { signal: call.signal, otherwise: 'cut-off' });
      } finally {
        if (ended) releaseConnection(body);
        else await closed(body.destroy());
      }
    },
    async *pullModel(name, call) {
      const body = await openStream('/api/pull', { model: name }, { call, idleTimeoutMs: pullIdleTimeoutMs });
      try {
        yield* readPull(body);
      } catch (thrown) {
        throw classify(thrown, { signal: call.signal, otherwise: 'cut-off' });
      } finally {
        await closed(body.destroy());
      }
    },
  };
}

/** Resolves when the connection of a body that was destroyed is closed. */
async function closed(body: Readable): Promise<void> {
  if (!body.closed) await new Promise((resolve) => body.once('close', resolve));
}

function toChatRequest({ model, messages, options, think }: OllamaChatRequest): ChatRequest {
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    options,
    ...(think === undefined ? {} : { think }),
  };
}

/** The package's way out: to this endpoint alone, answers bounded, and any answer but 200 an OllamaError. */
function fetchFor(deps: { endpoint: OllamaEndpoint; transport: OllamaTransport }, call: OllamaCall): Fetch {
  const { endpoint, transport } = deps;
  return async (input, init) => {
    const path = new URL(String(input)).pathname.slice(endpoint.pathPrefix.length);
    const text = await transport.readText({
      endpoint,
      method: init?.method === 'POST' ? 'POST' : 'GET',
      path,
      headers: headersOf(call),
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      signal: call.signal,
    });
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  };
}

function headersOf({ context }: OllamaCall): Record<string, string> {
  return context === undefined ? {} : { 'x-request-id': context.requestId, traceparent: context.traceparent };
}

/** The package reads answers with JSON.parse, whose errors quote the text: it is not kept as a cause. */
async function parsed<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (thrown) {
    throw thrown instanceof SyntaxError ? new OllamaError('malformed') : thrown;
  }
}

/** Servers before 0.6.4 do not tell capabilities; embedding models are the only ones that cannot chat there. */
function toFacts(shown: ReturnType<typeof showSchema.parse>): ModelFacts {
  const info = shown.model_info ?? {};
  const contextLength = info[`${String(info['general.architecture'])}.context_length`];
  return {
    isChatModel: shown.capabilities?.includes('completion') ?? !/bert/i.test(shown.details?.family ?? ''),
    thinks: shown.capabilities?.includes('thinking') ?? false,
    contextLength: isTokenCount(contextLength) ? contextLength : 0,
  };
}

function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}
