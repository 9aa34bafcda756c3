import { z } from 'zod';
import type { SimContext } from '../context.ts';
import { type Exchange, readJson, sendJson } from '../http.ts';

/** Which replies a release is for: the one of a request, those of a model (as the client named it), or all. */
export interface ReleaseInput {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  /** Lets so many tokens more past the gate; without it the gate opens for good. */
  readonly tokens?: number | undefined;
}

const ReleaseSchema = z.strictObject({
  id: z.string().optional(),
  model: z.string().optional(),
  tokens: z.int().positive().optional(),
});
const FaultsSchema = z.strictObject({ mode: z.enum(['none', 'refuse', 'reset', 'hang']) });
const EmptySchema = z.strictObject({});

/** GET /_sim/requests. */
export function listRequests(context: SimContext, exchange: Exchange): void {
  sendJson(exchange.response, 200, { requests: context.log.list() });
}

/** POST /_sim/release. */
export async function postRelease(context: SimContext, exchange: Exchange): Promise<void> {
  const input = await readControl(context, exchange, ReleaseSchema);
  sendJson(exchange.response, 200, { released: release(context, input) });
}

/** POST /_sim/faults. */
export async function postFaults(context: SimContext, exchange: Exchange): Promise<void> {
  const { mode } = await readControl(context, exchange, FaultsSchema);
  context.serverFault = mode;
  sendJson(exchange.response, 200, { mode });
}

/** POST /_sim/reset. */
export async function postReset(context: SimContext, exchange: Exchange): Promise<void> {
  await readControl(context, exchange, EmptySchema);
  reset(context);
  sendJson(exchange.response, 200, {});
}

/** Opens gates; returns how many replies had one. */
export function release(context: SimContext, input: ReleaseInput): number {
  const chosen = context.log
    .list()
    .filter(({ id, model }) => (input.id ?? id) === id && (input.model ?? model) === model);
  const tokenCount = input.tokens ?? Number.POSITIVE_INFINITY;
  return chosen.filter(({ id }) => context.runs.get(id)?.release(tokenCount) === true).length;
}

/**
 * Puts the server back to its beginning: no faults, no history, no model in memory, none installed but the configured
 * ones. Replies that are running go on, and stay in the list of requests.
 */
export function reset(context: SimContext): void {
  context.serverFault = 'none';
  context.catalogue.reset();
  context.loadedModels.unloadAll();
  context.log.forget();
}

function readControl<Schema extends z.ZodType>(
  context: SimContext,
  exchange: Exchange,
  schema: Schema,
): Promise<z.output<Schema>> {
  return readJson(exchange.request, { schema, bytesMax: context.config.bodyBytesMax });
}
