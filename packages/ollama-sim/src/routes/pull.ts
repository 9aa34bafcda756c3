import { setTimeout as delay } from 'node:timers/promises';
import type { SimContext } from '../context.ts';
import { ApiError, type Exchange, readJson, sendJson } from '../http.ts';
import type { SimModel } from '../models/model.ts';
import type { RequestRecord } from '../request-log.ts';
import { ModelRequestSchema } from '../wire.ts';
import { digestOf } from './models.ts';

const PROGRESS_INTERVAL_MS = 60;

/**
 * POST /api/pull. What the library has is installed with Ollama's progress lines, and so are names of the `sim-…` scheme (with the control
 * API on); models that are there already are "pulled" once more, and all others fail, saying why.
 */
export async function pull(context: SimContext, exchange: Exchange): Promise<void> {
  const { bodyBytesMax: bytesMax } = context.config;
  const body = await readJson(exchange.request, { schema: ModelRequestSchema, bytesMax });
  const name = body.model || body.name;
  if (!name) {
    throw new ApiError(400, 'invalid model name');
  }
  const stream = body.stream !== false;
  const { headers } = exchange.request;
  const record = context.log.add({ path: '/api/pull', model: name, messages: [], options: {}, stream, headers });
  exchange.signal.addEventListener('abort', () => context.log.end(record, 'aborted'));
  exchange.response.once('finish', () => context.log.end(record, 'done'));
  const lines = progressLines(context, { record, signal: exchange.signal });
  if (stream) {
    await sendLines(exchange, lines);
    return;
  }
  let last = {};
  for await (const line of lines) {
    last = line;
  }
  sendJson(exchange.response, 'error' in last ? 500 : 200, last);
}

async function sendLines({ response }: Exchange, lines: AsyncIterable<object>): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  for await (const line of lines) {
    response.write(`${JSON.stringify(line)}\n`);
  }
  response.end();
}

interface Pull {
  readonly record: RequestRecord;
  readonly signal: AbortSignal;
}

async function* progressLines(context: SimContext, pulled: Pull): AsyncGenerator<object> {
  context.log.setState(pulled.record, 'streaming');
  yield { status: 'pulling manifest' };
  const model = context.catalogue.findPullable(pulled.record.model);
  if (model === undefined) {
    // The words of Ollama for a name that its library does not have, and what else there is to say here.
    const reason = 'this is the built-in simulator, which downloads no models; install Ollama from https://ollama.com';
    yield { error: `pull model manifest: file does not exist (${reason})` };
    return;
  }
  yield* downloadLines(context, pulled, model);
  yield { status: 'verifying sha256 digest' };
  yield { status: 'writing manifest' };
  context.catalogue.install(model);
  yield { status: 'success' };
}

async function* downloadLines(context: SimContext, pulled: Pull, model: SimModel): AsyncGenerator<object> {
  const digest = digestOf(model);
  const total = Math.max(1, model.sizeBytes);
  const layer = { status: `pulling ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total };
  yield layer;
  if (context.config.gatePulls) {
    yield* gatedLines(context, pulled, { ...layer, completed: Math.floor(total / 2) });
  }
  yield { ...layer, completed: total };
}

/** Says the same until the release, as often as Ollama does; throws when the client has left. */
async function* gatedLines(context: SimContext, { record, signal }: Pull, line: object): AsyncGenerator<object> {
  let isOpen = false;
  context.runs.set(record.id, {
    release() {
      const wasShut = !isOpen;
      isOpen = true;
      return wasShut;
    },
  });
  try {
    while (!isOpen) {
      yield line;
      await delay(PROGRESS_INTERVAL_MS, undefined, { signal });
    }
  } finally {
    context.runs.delete(record.id);
  }
}
