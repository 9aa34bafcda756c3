import type { ServiceName } from '../service-name.ts';
import type { SpanOptions, SpanOutcome } from '../tracing/tracing.ts';

/** Answers after which the server, not the caller, has something to mend (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/). */
const faults: ReadonlySet<string> = new Set([
  'DATA_LOSS',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNAVAILABLE',
  'UNIMPLEMENTED',
  'UNKNOWN',
]);

/** The span of an rpc, named by its full name. `peer` is who is called. */
export function rpcSpan(call: { kind: 'client' | 'server'; method: string; peer?: ServiceName }): SpanOptions {
  const { kind, method, peer } = call;
  return {
    name: method,
    kind,
    attributes: {
      'rpc.system.name': 'grpc',
      'rpc.method': method,
      ...(peer === undefined ? {} : { 'server.address': peer }),
    },
  };
}

/** How it ended: the name of its gRPC status, and the reason in the error catalogue where that is known. */
export function rpcOutcome(code: string, reason = code): SpanOutcome {
  const attributes = { 'rpc.response.status_code': code };
  return code === 'OK' ? { attributes } : { attributes, error: { type: reason, isFault: faults.has(code) } };
}
