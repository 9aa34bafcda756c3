import type { SimContext } from '../context.ts';
import { ApiError, type Exchange, readJson, sendJson } from '../http.ts';
import { ModelRequestSchema } from '../wire.ts';
import { digestOf } from './models.ts';

/**
 * POST /api/pull. Models that the simulator has are "pulled" with Ollama's progress lines, names of the `sim-…` scheme
 * (with the control API on) are installed by it, and all others fail, saying why.
 */
export async function pull(context: SimContext, exchange: Exchange): Promise<void> {
  const { bodyBytesMax: bytesMax } = context.config;
  const body = await readJson(exchange.request, { schema: ModelRequestSchema, bytesMax });
  const name = body.model || body.name;
  if (!name) {
    throw new ApiError(400, 'invalid model name');
  }
  const lines = progressLines(context, name);
  const last = lines.at(-1) ?? {};
  if (body.stream === false) {
    sendJson(exchange.response, 'error' in last ? 500 : 200, last);
    return;
  }
  exchange.response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  exchange.response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function progressLines(context: SimContext, name: string): object[] {
  const model = context.catalogue.install(name);
  if (model === undefined) {
    const reason = 'this is the built-in simulator, which downloads no models; install Ollama from https://ollama.com';
    return [{ status: 'pulling manifest' }, { error: `pull model manifest: ${reason}` }];
  }
  const digest = digestOf(model);
  const total = Math.max(1, model.sizeBytes);
  const status = `pulling ${digest.slice(0, 12)}`;
  return [
    { status: 'pulling manifest' },
    { status, digest: `sha256:${digest}`, total },
    { status, digest: `sha256:${digest}`, total, completed: total },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}
