import { z } from 'zod';
import { urlVariable } from '../config.ts';

/**
 * Variables of a service that can be traced, as OpenTelemetry names them
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Spread into its own z.object.
 */
export const tracingEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: urlVariable(
    ['http', 'https'],
    'The OpenTelemetry collector that gets traces, by OTLP over HTTP, for example `http://localhost:4318`; none is sent without',
  ).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlVariable(
    ['http', 'https'],
    'The same as a whole URL, for example `http://localhost:4318/v1/traces`; takes precedence',
  ).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf'])
    .default('http/protobuf')
    .describe('How traces are sent; there is one way'),
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'none'])
    .default('otlp')
    .describe('`none` sends no traces, whatever the endpoint says'),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false').describe('`true` sends no traces, either'),
  OTEL_SERVICE_NAME: z.string().max(200).optional().describe('The name of this service in traces; by default its own'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe('Which requests are traced. What enters a service as not traced never is'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The share of requests that a `traceidratio` sampler traces'),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce
    .number()
    .int()
    .min(10)
    .max(600_000)
    .default(5_000)
    .describe('How long spans are gathered before they are sent, in milliseconds'),
  OTEL_BSP_MAX_QUEUE_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(2_048)
    .describe('How many spans may wait to be sent; more are dropped'),
};

/** Where traces go, and which. */
export type TracingSettings = Readonly<{
  /** The whole URL. */
  url: string;
  /** Instead of the service's own name. */
  serviceName: string | undefined;
  sampler: Sampler;
  /** From 0 to 1, for a sampler by ratio. */
  sampledRatio: number;
  sendIntervalMs: number;
  queueMax: number;
}>;

type TracingValues = z.output<z.ZodObject<typeof tracingEnv>>;
type Sampler = TracingValues['OTEL_TRACES_SAMPLER'];

/** Where the traces of a service go; undefined when it sends none. */
export function parseTracing(values: TracingValues): TracingSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesEndpoint } = values;
  const url = tracesEndpoint ?? (endpoint === undefined ? undefined : `${endpoint.replace(/\/+$/, '')}/v1/traces`);
  const isOff = values.OTEL_SDK_DISABLED === 'true' || values.OTEL_TRACES_EXPORTER === 'none';
  if (url === undefined || isOff) return undefined;
  return Object.freeze({
    url,
    serviceName: values.OTEL_SERVICE_NAME,
    sampler: values.OTEL_TRACES_SAMPLER,
    sampledRatio: values.OTEL_TRACES_SAMPLER_ARG,
    sendIntervalMs: values.OTEL_BSP_SCHEDULE_DELAY,
    queueMax: values.OTEL_BSP_MAX_QUEUE_SIZE,
  });
}
