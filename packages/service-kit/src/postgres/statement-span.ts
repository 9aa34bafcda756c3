import { beginInTrace } from '../tracing/current-trace.ts';
import type { Span } from '../tracing/tracing.ts';

type Callback = (...outcome: unknown[]) => void;

/**
 * Runs a statement, given as pg's query() is, as a span of the call that it is run for
 * (https://opentelemetry.io/docs/specs/semconv/db/postgresql/). The span has its first word and no more: SQL may hold what people wrote.
 */
export function inStatementSpan(args: readonly unknown[], run: (args: readonly unknown[]) => unknown): unknown {
  const operation = operationOf(args[0]);
  const span = beginInTrace({
    name: operation,
    kind: 'client',
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation },
  });
  if (span === undefined) return run(args);
  const callback = args.at(-1);
  if (isCallback(callback)) {
    return run([
      ...args.slice(0, -1),
      (...outcome: unknown[]) => {
        end(span, outcome[0]);
        callback(...outcome);
      },
    ]);
  }
  const running = run(args);
  if (running instanceof Promise)
    running.then(
      () => end(span, undefined),
      (error: unknown) => end(span, error),
    );
  return running;
}

/** A failure is told by its SQLSTATE where it has one (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
function end(span: Span, error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const failure = { type: typeof code === 'string' ? code : 'unknown', isFault: true };
  span.end(error === undefined || error === null ? {} : { error: failure });
}

function operationOf(statement: unknown): string {
  const text = textOf(statement);
  return /^\s*([a-z]{1,20})\b/i.exec(text)?.[1]?.toUpperCase() ?? 'OTHER';
}

/** What is given to query(): the SQL, or an object with it. */
export function textOf(statement: unknown): string {
  const text = typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;
  return typeof text === 'string' ? text : '';
}

export function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}
