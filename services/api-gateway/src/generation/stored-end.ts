import type { Generation } from '../clients/resources/generation.ts';
import { type EndBody, endStatusSchema } from './frame.ts';

export function hasEnded({ status }: Pick<Generation, 'status'>): boolean {
  return endStatusSchema.safeParse(status).success;
}

/** The end as chat-service has stored it. Throws for a generation that has not ended. */
export function storedEndBody(generation: Generation): { type: 'end' } & EndBody {
  const { messageId, status, model, usage, timings, problem } = generation;
  return {
    type: 'end',
    status: endStatusSchema.parse(status),
    messageId,
    ...(model === undefined ? {} : { model }),
    ...(usage === undefined ? {} : { usage }),
    ...(timings === undefined ? {} : { timings }),
    ...(problem === undefined ? {} : { problem }),
  };
}
