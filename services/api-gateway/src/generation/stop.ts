import { AppError } from '@chatbot/errors';
import type { Caller } from '../turns/caller.ts';
import { type FollowDeps, followGeneration, getGeneration } from './follow.ts';
import type { EndStatus, Frame } from './frame.ts';
import { endStatusSchema } from './frame.ts';
import { hasEnded } from './stored-end.ts';

const stopTimeoutMs = 10_000;

/**
 * Stops a generation, whichever replica runs it, and resolves with its end once that is in the log: after the
 * request to the model server was closed. With `renderedSeq` the text ends with that frame, which is what the person saw. Stopping an ended one changes nothing and returns its end. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED for who may only read, or UNAVAILABLE when no end comes in 10 s.
 */
export async function stopGeneration(
  deps: FollowDeps,
  { caller, generationId, renderedSeq }: { caller: Caller; generationId: string; renderedSeq?: number | undefined },
): Promise<{ seq: number; status: EndStatus }> {
  const generation = await getGeneration(deps.chat, caller, generationId);
  if (!generation.writable) throw new AppError('PERMISSION_DENIED');
  if (hasEnded(generation)) return { seq: generation.seq, status: endStatusSchema.parse(generation.status) };
  await deps.generations.requestStop(generationId, { renderedSeq });
  await deps.generations.ensureRunning(generationId, caller.context);
  const { seq, status } = await endOf(deps, { caller, generationId });
  return { seq, status };
}

type End = Extract<Frame, { type: 'end' }>;

async function endOf(
  deps: FollowDeps,
  { caller, generationId }: { caller: Caller; generationId: string },
): Promise<End> {
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  // It may fail while nobody awaits it yet, which would end the process.
  promise.catch(() => {});
  const timer = setTimeout(
    () => reject(new AppError('UNAVAILABLE', { detail: 'The stop was not confirmed in time; it stays asked for' })),
    stopTimeoutMs,
  );
  const afterSeq = await deps.log.lastSeq(generationId);
  const { following } = await followGeneration(deps, {
    caller,
    generationId,
    // From the last frame: the end itself, when it came meanwhile, is read again.
    afterSeq: Math.max(0, afterSeq - 1),
    sink: {
      deliver: (frame) => {
        if (frame.type === 'end') resolve(frame);
      },
      failed: reject,
    },
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    following.close();
  }
}
