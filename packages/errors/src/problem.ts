import { z } from 'zod';
import type { AppError } from './app-error.ts';
import { catalogue, type ErrorReason } from './catalogue.ts';

/**
 * A problem document (RFC 9457, application/problem+json), as REST answers and socket acks carry it.
 * `reason` is the name in the catalogue, `errors` lists the fields at fault, `current` is the resource as it is now, after a conflict.
 */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  reason: z.string(),
  retryable: z.boolean(),
  retryAfterSeconds: z.int().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  current: z.unknown().optional(),
  requestId: z.string().optional(),
});

export type Problem = Omit<z.infer<typeof problemSchema>, 'reason'> & { reason: ErrorReason };

/** An AppError as a problem document. The cause stays behind. */
export function toProblem(error: AppError, requestId?: string): Problem {
  const { http, title, retryable } = catalogue[error.reason];
  return {
    type: `urn:chatbot:error:${error.reason.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: http,
    detail: error.detail,
    reason: error.reason,
    retryable,
    ...(error.retryAfterMs === undefined
      ? {}
      : { retryAfterSeconds: Math.max(1, Math.ceil(error.retryAfterMs / 1000)) }),
    ...(error.violations.length === 0 ? {} : { errors: error.violations.map((violation) => ({ ...violation })) }),
    ...(Object.keys(error.metadata).length === 0 ? {} : { metadata: { ...error.metadata } }),
    ...(error.current === undefined ? {} : { current: error.current }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
