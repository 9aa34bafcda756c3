import * as z from 'zod/mini';
import type { Download } from './http.ts';
import { linesOf } from './lines.ts';
import { noAnswer, ProblemError } from './problem.ts';
import { ProblemSchema } from './schemas.ts';

/** The calls about models that only administrators make. */

const PullLineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    state: z.enum(['preparing', 'downloading', 'verifying', 'finishing']),
    completedBytes: z.number(),
    totalBytes: z.number(),
    server: z.number(),
    serverCount: z.number(),
  }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('error'), problem: ProblemSchema }),
]);
/** How far one of the model servers is; totalBytes is 0 until the size is known. */
export type PullProgress = Omit<Extract<z.infer<typeof PullLineSchema>, { type: 'progress' }>, 'type'>;

export type ModelsApi = {
  /** Installs a model on every model server. Aborting ends it; asked for again, it goes on from what is there. */
  pull: (model: string, onProgress: (progress: PullProgress) => void, signal: AbortSignal) => Promise<void>;
};

/** Makes the calls by `download`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createModelsApi(download: Download): ModelsApi {
  return {
    async pull(model, onProgress, signal) {
      const headers = { accept: 'application/x-ndjson', 'content-type': 'application/json' };
      const body = JSON.stringify({ model });
      const response = await download({ method: 'POST', path: '/models/pull', body, headers, signal });
      for await (const line of linesOf(response)) {
        const event = PullLineSchema.parse(JSON.parse(line));
        if (event.type === 'done') return;
        if (event.type === 'error') throw new ProblemError(event.problem);
        onProgress(event);
      }
      throw noAnswer();
    },
  };
}
