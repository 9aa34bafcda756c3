import { hostname } from 'node:os';
import process from 'node:process';
import {
  type Attributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { createRequestContext, type RequestContext } from '../request-context.ts';
import type { TracingSettings } from './config.ts';
import { reportDelivery } from './report-delivery.ts';
import { createSampler } from './sampler.ts';
import { type Span, type SpanOptions, type SpanOutcome, type Tracing, unrecorded } from './tracing.ts';

type Options = { service: string; version: string; settings: TracingSettings; logger: Logger };

/** A shutdown does not wait longer for a collector that does not answer. */
const flushTimeoutMs = 2_000;
/** No attribute of ours is longer. */
const attributeCharsMax = 256;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Spans, sent in batches beside the work that they tell of. What cannot be delivered is dropped. */
export function startOpenTelemetry({ service, version, settings, logger }: Options): Tracing {
  const exporter = reportDelivery(new OTLPTraceExporter({ url: settings.url }), logger);
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: settings.sendIntervalMs,
    maxQueueSize: settings.queueMax,
    maxExportBatchSize: Math.min(512, settings.queueMax),
  });
  const provider = new TracerProvider({
    resource: describeProcess({ service: settings.serviceName, fallback: service, version }),
    sampler: createSampler(settings),
    spanLimits: { attributeValueLengthLimit: attributeCharsMax },
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('chatbot', version);

  function start(context: RequestContext, { name, kind, attributes }: SpanOptions, parent: SpanContext | undefined) {
    const span = tracer.startSpan(
      name,
      { kind: kinds[kind], attributes: toAttributes(attributes) },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
    );
    return toSpan(span, context);
  }

  return {
    enter(headers, options) {
      const context = createRequestContext(headers);
      const isContinued = context.traceparent === headers.traceparent;
      const attributes = { ...options.attributes, 'chatbot.request.id': context.requestId };
      return start(context, { ...options, attributes }, isContinued ? parentOf(context) : undefined);
    },
    begin(context, options) {
      const parent = parentOf(context);
      // What was begun here on its own account, a health check for example, counts as not traced, too.
      return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? unrecorded(context) : start(context, options, parent);
    },
    async [Symbol.asyncDispose]() {
      const { promise: timedOut, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, flushTimeoutMs);
      // What could not be delivered has been logged.
      await Promise.race([provider.shutdown().catch(() => undefined), timedOut]);
      clearTimeout(timer);
    },
  };
}

/** Which process speaks: the defaults below, over them OTEL_RESOURCE_ATTRIBUTES, over those the name that was configured. */
function describeProcess(options: { service: string | undefined; fallback: string; version: string }): Resource {
  const { service, fallback, version } = options;
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': fallback,
        'service.version': version,
        'service.instance.id': `${hostname()}:${process.pid}`,
      }),
    )
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(resourceFromAttributes(service === undefined ? {} : { 'service.name': service }));
}

/** The parts of a traceparent, which request-context.ts has checked. */
function parentOf({ traceparent }: RequestContext): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function toSpan(span: OtelSpan, { requestId }: RequestContext): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = traceFlags.toString(16).padStart(2, '0');
  return {
    context: { requestId, traceparent: `00-${traceId}-${spanId}-${flags}` },
    end: (outcome = {}) => end(span, outcome),
  };
}

function end(span: OtelSpan, { name, attributes = {}, error }: SpanOutcome): void {
  if (name !== undefined) span.updateName(name);
  span.setAttributes(toAttributes(attributes));
  if (error !== undefined) span.setAttribute('error.type', error.type);
  // Without a message: an error's own may quote what a person wrote.
  if (error?.isFault) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function toAttributes(attributes: SpanOptions['attributes']): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}
