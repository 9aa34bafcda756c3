import type { z } from 'zod';
import { catalogue, type ErrorReason } from './catalogue.ts';

/** One field that broke a rule. `field` is a path such as "params.temperature". */
export type FieldViolation = { readonly field: string; readonly message: string };

export type AppErrorOptions = {
  /** One sentence for the person who made the request. Sent to clients: never put a secret or a cause in it. */
  detail?: string;
  /** What is wrong with which field. Sent to clients. */
  violations?: readonly FieldViolation[];
  /** The least time before a retry makes sense, in milliseconds. */
  retryAfterMs?: number;
  /** Short facts for programs, for example the current version. Sent to clients. */
  metadata?: Readonly<Record<string, string>>;
  /** Of a conflict at the edge: the resource as it is now, as its reader sees it. Sent to clients, but not between services. */
  current?: unknown;
  /** What lies behind it. Logged, never sent. */
  cause?: unknown;
};

/** The only error that crosses a boundary on purpose; whatever else is thrown becomes INTERNAL there. */
export class AppError extends Error {
  readonly reason: ErrorReason;
  readonly detail: string;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly current: unknown;

  constructor(reason: ErrorReason, options: AppErrorOptions = {}) {
    const detail = options.detail ?? catalogue[reason].title;
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.reason = reason;
    this.detail = detail;
    this.violations = options.violations ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.metadata = options.metadata ?? {};
    this.current = options.current;
  }

  get retryable(): boolean {
    return catalogue[this.reason].retryable;
  }
}

/** `thrown` as an AppError: itself, or INTERNAL with it as the cause. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
}

/** A failed zod parse as VALIDATION_FAILED, one violation an issue. The offending values are left out. */
export function validationError(error: z.ZodError): AppError {
  const violations = error.issues
    .slice(0, 20)
    .map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  const first = violations[0];
  const detail =
    first === undefined ? undefined : first.field === '' ? first.message : `${first.field}: ${first.message}`;
  return new AppError('VALIDATION_FAILED', { violations, ...(detail === undefined ? {} : { detail }) });
}
