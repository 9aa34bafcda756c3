import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import protobuf from 'protobufjs';
import { z } from 'zod';

export type ReceivedSpan = {
  readonly service: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'other';
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the root of a trace. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isFault: boolean;
};

/** A collector of OpenTelemetry traces: OTLP over HTTP, in protobuf. */
export type TraceReceiver = AsyncDisposable & {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  spans(): readonly ReceivedSpan[];
  /** How many requests came, however they were answered. */
  requestCount(): number;
  /** All bytes that came, as text. */
  received(): string;
  /** What requests are answered with from now on; 200 at first. With `undefined` they get no answer. */
  answer(status: number | undefined): void;
};

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  let received = '';
  let requestCount = 0;
  let status: number | undefined = 200;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    requestCount += 1;
    if (status === undefined) return;
    if (status === 200) {
      spans.push(...parseRequest(body));
      received += body.toString('utf8');
    }
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    requestCount: () => requestCount,
    received: () => received,
    answer(next) {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What is read of https://github.com/open-telemetry/opentelemetry-proto (collector/trace/v1, trace/v1, common/v1). */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    repeated KeyValue attributes = 9;
    Status status = 15;
  }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1;
      bool bool_value = 2;
      int64 int_value = 3;
      double double_value = 4;
      ArrayValue array_value = 5;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
`);
const requestType = root.lookupType('ExportTraceServiceRequest');

type AnyValue = {
  readonly value?: 'stringValue' | 'boolValue' | 'intValue' | 'doubleValue' | 'arrayValue' | undefined;
  readonly stringValue?: string | undefined;
  readonly boolValue?: boolean | undefined;
  readonly intValue?: number | undefined;
  readonly doubleValue?: number | undefined;
  readonly arrayValue?: { readonly values: readonly AnyValue[] } | undefined;
};
const anyValueSchema: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    value: z.enum(['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue']).optional(),
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.number().optional(),
    doubleValue: z.number().optional(),
    arrayValue: z.object({ values: z.array(anyValueSchema) }).optional(),
  }),
);
const attributesSchema = z
  .array(z.object({ key: z.string(), value: anyValueSchema }))
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)])));
const kinds = { 1: 'internal', 2: 'server', 3: 'client' } as const;
/** https://opentelemetry.io/docs/specs/otel/trace/api/#set-status */
const statusError = 2;
const hex = z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex'));
const spanSchema = z.object({
  traceId: hex,
  spanId: hex,
  parentSpanId: hex,
  name: z.string(),
  kind: z.number().transform((kind) => (kind === 1 || kind === 2 || kind === 3 ? kinds[kind] : 'other')),
  attributes: attributesSchema,
  status: z.object({ message: z.string(), code: z.number() }).nullish(),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

function plain(any: AnyValue): unknown {
  if (any.value === undefined) return undefined;
  return any.value === 'arrayValue' ? any.arrayValue?.values.map(plain) : any[any.value];
}

function parseRequest(body: Buffer): ReceivedSpan[] {
  const decoded = requestType.toObject(requestType.decode(body), {
    longs: Number,
    defaults: true,
    oneofs: true,
  });
  return requestSchema.parse(decoded).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ status, ...span }) => ({
        ...span,
        service: String(resource.attributes['service.name']),
        isFault: status?.code === statusError,
      })),
    ),
  );
}
