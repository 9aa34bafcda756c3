import { z } from 'zod';
import type { SimContext } from '../context.ts';
import { ApiError, type Exchange, readJson, sendJson } from '../http.ts';
import { parseKeepAlive } from '../loaded-models.ts';
import { toUnitVector } from '../models/embedding.ts';
import type { EmbeddingModel } from '../models/model.ts';
import { estimatePromptTokens } from '../tokens.ts';
import { EmbedRequestSchema } from '../wire.ts';

/** POST /api/embed. */
export async function embed(context: SimContext, exchange: Exchange): Promise<void> {
  const startMs = performance.now();
  const { bodyBytesMax: bytesMax } = context.config;
  const body = await readJson(exchange.request, { schema: EmbedRequestSchema, bytesMax });
  const inputs = parseInputs(body.input);
  const name = body.model ?? '';
  const model = getEmbeddingModel(context, name);
  const loadMs = await context.loadedModels.load(model, {
    keepAliveMs: parseKeepAlive(body.keep_alive),
    signal: exchange.signal,
  });
  const record = context.log.add({
    path: '/api/embed',
    model: name,
    messages: inputs.map((content) => ({ role: 'user', content })),
    options: body.options ?? {},
    stream: false,
    headers: exchange.request.headers,
  });
  const dimensions = body.dimensions ?? 0;
  sendJson(exchange.response, 200, {
    model: name,
    embeddings: inputs.map((text) => shorten(model.embed(text), dimensions)),
    total_duration: Math.round((performance.now() - startMs) * 1e6),
    load_duration: Math.round(loadMs * 1e6),
    prompt_eval_count: estimatePromptTokens(inputs),
  });
  context.log.end(record, 'done');
}

function parseInputs(input: unknown): string[] {
  if (input === undefined || input === null || input === '') {
    return [];
  }
  const parsed = z.union([z.string().transform((text) => [text]), z.array(z.string())]).safeParse(input);
  if (!parsed.success) {
    throw new ApiError(400, 'invalid input type');
  }
  return parsed.data;
}

function getEmbeddingModel(context: SimContext, name: string): EmbeddingModel {
  const model = context.catalogue.get(name);
  if (model.kind !== 'embedding') {
    throw new ApiError(501, 'this model does not support embeddings');
  }
  return model;
}

function shorten(vector: number[], dimensions: number): number[] {
  return dimensions > 0 && dimensions < vector.length ? toUnitVector(vector.slice(0, dimensions)) : vector;
}
