import { AppError, type ErrorReason } from '@chatbot/errors';
import { z } from 'zod';

/**
 * What Prisma or pg threw, as an AppError: UNAVAILABLE when Postgres cannot be reached, restarts or has no connection left,
 * DEADLINE_EXCEEDED when it took too long, else INTERNAL. The cause keeps the kind and the SQLSTATE only: Postgres quotes rows in
 * its messages and Prisma quotes arguments, and both hold message text.
 */
export function databaseError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const failure = describe(thrown);
  const cause = new Error(`Postgres failed: ${failure.kind} ${failure.code}`.trim());
  return new AppError(reasonOf(failure), { cause });
}

type Failure = { readonly kind: string; readonly code: string };

const thrownSchema = z.object({
  code: z.string().catch(''),
  message: z.string().catch(''),
  meta: z
    .object({
      driverAdapterError: z.object({
        cause: z.object({ kind: z.string().catch(''), originalCode: z.string().catch('') }),
      }),
    })
    .optional()
    .catch(undefined),
});

function describe(thrown: unknown): Failure {
  const parsed = thrownSchema.safeParse(thrown).data;
  if (parsed === undefined) return { kind: '', code: '' };
  const driver = parsed.meta?.driverAdapterError.cause;
  if (driver !== undefined) return { kind: driver.kind, code: driver.originalCode };
  return { kind: clientKinds.find(({ text }) => text.test(parsed.message))?.kind ?? '', code: parsed.code };
}

/** What pg and pg-pool say of a connection themselves; these errors have no code. */
const clientKinds = [
  { text: /^timeout exceeded when trying to connect/, kind: 'SocketTimeout' },
  { text: /^Connection terminated/, kind: 'ConnectionClosed' },
  { text: /^Client has encountered a connection error/, kind: 'ConnectionClosed' },
  { text: /^Query read timeout/, kind: 'QueryTimeout' },
];

const unavailableKinds = new Set([
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TlsConnectionError',
]);

/**
 * SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html): connection exceptions, too many connections,
 * shutdown, crash, starting up; Node's socket errors; Prisma's own words for the same.
 */
const unavailableCodes =
  /^(08\w{3}|53300|57P0[123]|ECONN\w+|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|P1001|P1002|P1017|P2024|P2028)$/;
const queryCanceled = '57014';

function reasonOf({ kind, code }: Failure): ErrorReason {
  if (code === queryCanceled || kind === 'QueryTimeout') return 'DEADLINE_EXCEEDED';
  return unavailableKinds.has(kind) || unavailableCodes.test(code) ? 'UNAVAILABLE' : 'INTERNAL';
}
