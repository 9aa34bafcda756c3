import type { ServerResponse } from 'node:http';
import { AppError } from '@chatbot/errors';
import type { Until } from '../turns/caller.ts';

/**
 * Does `work` for as long as somebody waits for it. After `deadlineMs` it throws DEADLINE_EXCEEDED, whatever the work waits for; then, and as soon as the
 * client has gone, calls that were made with the `Until` are cancelled all the way down.
 */
export async function withinDeadline<Result>(
  { response, deadlineMs }: { response: ServerResponse; deadlineMs: number },
  work: (until: Until) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new AppError('DEADLINE_EXCEEDED');
    late.reject(error);
    over.abort(error);
  }, deadlineMs);
  const leave = () => over.abort(new AppError('CANCELLED'));
  response.once('close', leave);
  try {
    return await Promise.race([work({ deadlineAtMs: Date.now() + deadlineMs, signal: over.signal }), late.promise]);
  } finally {
    clearTimeout(timer);
    response.off('close', leave);
  }
}
