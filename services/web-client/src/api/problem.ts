import { type Problem, ProblemSchema } from './schemas.ts';

/** A reason of our own, outside the server's catalogue: no answer came at all. */
export const NO_ANSWER = 'NO_ANSWER';

/** A request or an event that failed, with what is known about it. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The error for a request that got no answer: offline, refused, or out of time. */
export function noAnswer(cause?: unknown): ProblemError {
  const problem = {
    title: 'No answer',
    status: 0,
    detail: undefined,
    reason: NO_ANSWER,
    errors: undefined,
    current: undefined,
    requestId: undefined,
  };
  return new ProblemError(problem, { cause });
}

/** Reads a problem document; a body that is none becomes a plain problem with the given status. */
export function parseProblem(body: unknown, status: number): Problem {
  const parsed = ProblemSchema.safeParse(body);
  if (parsed.success && parsed.data.title !== '') return { ...parsed.data, status: parsed.data.status || status };
  const reason = status >= 502 && status <= 504 ? 'UNAVAILABLE' : 'INTERNAL';
  return { title: '', status, detail: undefined, reason, errors: undefined, current: undefined, requestId: undefined };
}

/** The problem behind anything that was thrown. */
export function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : parseProblem(undefined, 0);
}

/** True when repeating the same request later may succeed without the person doing anything. */
export function isTransient({ reason, status }: Problem): boolean {
  return (
    reason === NO_ANSWER ||
    reason === 'UNAVAILABLE' ||
    reason === 'OVERLOADED' ||
    reason === 'DEADLINE_EXCEEDED' ||
    status === 502
  );
}
