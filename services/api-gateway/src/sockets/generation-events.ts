import { z } from 'zod';
import { stopGeneration } from '../generation/stop.ts';
import { defineEvent } from './event.ts';
import { followOnSocket, unfollowOnSocket } from './follow-generation.ts';

const seqSchema = z
  .int()
  .min(0)
  .max(2 ** 31);

export const generationFollow = defineEvent({
  name: 'generation:follow',
  input: z.object({ generationId: z.uuid(), lastSeq: seqSchema.default(0) }),
  handle: async (deps, { generationId, lastSeq }, call) => ({
    seq: await followOnSocket(deps, call, { generationId, afterSeq: lastSeq }),
  }),
});

export const generationUnfollow = defineEvent({
  name: 'generation:unfollow',
  input: z.object({ generationId: z.uuid() }),
  handle: async (_deps, { generationId }, { socket }) => {
    unfollowOnSocket(socket, generationId);
    return {};
  },
});

export const generationStop = defineEvent({
  name: 'generation:stop',
  input: z.object({ generationId: z.uuid(), renderedSeq: seqSchema.optional() }),
  handle: (deps, { generationId, renderedSeq }, { caller }) =>
    stopGeneration(deps, { caller, generationId, renderedSeq }),
});
