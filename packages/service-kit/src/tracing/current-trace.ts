import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestContext } from '../request-context.ts';
import { noTracing, type Span, type SpanOptions, type Tracing } from './tracing.ts';

/** A request, and where what is done for it is said. */
export type Trace = { readonly tracing: Tracing; readonly context: RequestContext };

const traces = new AsyncLocalStorage<Trace>();

/** Does the work of a call. Statements that are run meanwhile, and what limiters ask Redis, are spans of it. */
export function inTrace<Result>(trace: Trace, work: () => Result): Result {
  return trace.tracing === noTracing ? work() : traces.run(trace, work);
}

/** Begins a span of the call that is being answered; undefined where nothing is traced. Said in this way, not by arguments, for the reason in current-call.ts. */
export function beginInTrace(options: SpanOptions): Span | undefined {
  const trace = traces.getStore();
  return trace?.tracing.begin(trace.context, options);
}
