import { noTracing, type SpanOptions, type SpanOutcome, type Tracing } from '../src/index.ts';

/** A tracing that keeps what its spans say, each once it has ended. */
export function recordSpans() {
  const spans: [SpanOptions, SpanOutcome | undefined][] = [];
  const tracing: Tracing = {
    ...noTracing,
    begin: (context, options) => ({ context, end: (outcome) => void spans.push([options, outcome]) }),
  };
  return { tracing, spans };
}
