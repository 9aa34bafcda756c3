import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AppError } from '@chatbot/errors';
import { startTraceReceiver, type TraceReceiver, waitFor } from '@chatbot/testkit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createRequestContext,
  noTracing,
  openTracing,
  parseConfig,
  parseTracing,
  type RpcHandlers,
  type ServiceName,
  type Tracing,
  tracingEnv,
  unary,
} from '../src/index.ts';
import { anyInput, collectLogs, connectTo, startTestServer } from './harness.ts';

type Handlers = Partial<RpcHandlers<typeof import('@chatbot/proto').aiServiceDefinition>>;

const entrance = { name: 'entrance', kind: 'server', attributes: {} } as const;
const work = { name: 'work', kind: 'internal', attributes: {} } as const;
const method = 'chatbot.ai.v1.AiService/GenerateTitle';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

/** Traces of one service, sent to `url` as soon as a span has ended. */
function open(service: ServiceName, url: string, options: { env?: Record<string, string>; logger?: Logger } = {}) {
  const { env = {}, logger = collectLogs().logger } = options;
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '10', ...env };
  const settings = parseTracing(parseConfig(z.object(tracingEnv), variables));
  return openTracing({ service, version: '1.2.3', settings, logger });
}

type Logger = ReturnType<typeof collectLogs>['logger'];

/** Calls GenerateTitle from within a span of api-gateway, and resolves when all spans have come. */
async function callTraced(options: {
  headers?: { traceparent: string };
  handlers?: (tracing: Tracing) => Handlers;
  env?: Record<string, string>;
  serverEnv?: Record<string, string>;
}) {
  await using receiver = await startTraceReceiver();
  const { headers = {}, handlers = () => ({}), env, serverEnv } = options;
  const gateway = await open('api-gateway', receiver.url, env === undefined ? {} : { env });
  const ai = await open('ai-service', receiver.url, serverEnv === undefined ? {} : { env: serverEnv });
  const server = await startTestServer({ tracing: ai, handlers: handlers(ai) });
  const client = connectTo(`127.0.0.1:${server.port}`, { tracing: gateway });
  const span = gateway.enter(headers, entrance);
  const outcome = await client
    .unary('GenerateTitle', {}, { context: span.context, timeoutMs: 20_000 })
    .catch((error: unknown) => error);
  span.end();
  client[Symbol.dispose]();
  // In this order: what has yet to end its span comes first.
  for (const resource of [server, ai, gateway]) await resource[Symbol.asyncDispose]();
  return { spans: receiver.spans(), received: receiver.received(), lines: server.lines, outcome };
}

function named(spans: ReturnType<TraceReceiver['spans']>, name: string, kind: string) {
  const found = spans.filter((span) => span.name === name && span.kind === kind);
  expect(found).toHaveLength(1);
  const [span] = found;
  if (span === undefined) throw new Error(`no ${kind} span ${name}`);
  return span;
}

describe('a traced call', () => {
  it('is one trace from the entrance over the caller and the server to the work within, under the id of the log', async () => {
    const { spans, lines } = await callTraced({
      handlers: (tracing) => ({
        GenerateTitle: unary({
          access: 'anyone',
          input: anyInput,
          async handle(_input, { context }) {
            tracing.begin(context, work).end();
            return { title: '' };
          },
        }),
      }),
    });
    const root = named(spans, 'entrance', 'server');
    const caller = named(spans, method, 'client');
    const server = named(spans, method, 'server');
    const within = named(spans, 'work', 'internal');
    expect(spans).toHaveLength(4);
    expect([caller, server, within].map(({ parentSpanId }) => parentSpanId)).toEqual([
      root.spanId,
      caller.spanId,
      server.spanId,
    ]);
    expect(root.parentSpanId).toBe('');
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
    expect(lines).toEqual([expect.objectContaining({ msg: 'finished', traceId: root.traceId })]);
    expect([root, caller, server, within].map(({ service }) => service)).toEqual([
      'api-gateway',
      'api-gateway',
      'ai-service',
      'ai-service',
    ]);
    expect(root.attributes).toEqual({ 'chatbot.request.id': expect.any(String) });
    const rpc = { 'rpc.system.name': 'grpc', 'rpc.method': method, 'rpc.response.status_code': 'OK' };
    expect(caller.attributes).toEqual({ ...rpc, 'server.address': 'ai-service' });
    expect(server.attributes).toEqual(rpc);
  });

  it('goes on with the trace of who asks', async () => {
    const { spans } = await callTraced({ headers: { traceparent: `00-${traceId}-${spanId}-01` } });
    expect(named(spans, 'entrance', 'server')).toMatchObject({ traceId, parentSpanId: spanId });
    expect(spans.every((span) => span.traceId === traceId)).toBe(true);
  });

  it('begins a trace when who asks names none that is well formed', async () => {
    const { spans } = await callTraced({ headers: { traceparent: `00-${traceId}-${spanId}-01 ` } });
    const { traceId: begun, parentSpanId } = named(spans, 'entrance', 'server');
    expect([begun === traceId, parentSpanId]).toEqual([false, '']);
  });

  it.each([
    ['what the caller did wrong', () => new AppError('RESOURCE_NOT_FOUND'), 'RESOURCE_NOT_FOUND', false],
    ['what the server did wrong', () => new Error('canary-7f3a'), 'INTERNAL', true],
  ])('tells %s by its reason alone', async (_name, createError, reason, isFault) => {
    const { spans, received } = await callTraced({
      handlers: () => ({
        GenerateTitle: unary({
          access: 'anyone',
          input: anyInput,
          async handle(): Promise<never> {
            throw createError();
          },
        }),
      }),
    });
    const server = named(spans, method, 'server');
    expect([server.attributes['error.type'], server.isFault]).toEqual([reason, isFault]);
    expect(named(spans, method, 'client').isFault).toBe(isFault);
    expect(received).not.toContain('canary-7f3a');
  });
});

describe('sampling', () => {
  const sampled = `00-${traceId}-${spanId}-01`;
  const notSampled = `00-${traceId}-${spanId}-00`;

  it.each([
    ['parentbased_always_on', undefined, 3],
    ['parentbased_always_on', sampled, 3],
    ['parentbased_always_on', notSampled, 0],
    ['parentbased_always_off', undefined, 0],
    ['parentbased_always_off', sampled, 3],
    ['parentbased_traceidratio', undefined, 0],
    ['parentbased_traceidratio', sampled, 3],
    ['traceidratio', sampled, 0],
    ['always_off', sampled, 0],
    ['always_on', notSampled, 3],
  ])(
    '%s at the entrance, of a request that says %s: %i spans in both services',
    async (sampler, traceparent, count) => {
      const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' };
      const { spans, outcome } = await callTraced({
        env,
        ...(traceparent === undefined ? {} : { headers: { traceparent } }),
      });
      expect(spans).toHaveLength(count);
      expect(outcome).toEqual({ title: 'A title' });
    },
  );

  it('a service traces nothing of a request that is not traced, whatever its own sampler', async () => {
    const { spans } = await callTraced({
      headers: { traceparent: notSampled },
      serverEnv: { OTEL_TRACES_SAMPLER: 'always_on' },
    });
    expect(spans).toEqual([]);
  });

  it('what a service does on its own account is not traced', async () => {
    await using receiver = await startTraceReceiver();
    const tracing = await open('ai-service', receiver.url);
    const context = createRequestContext();
    const span = tracing.begin(context, work);
    expect(span.context).toEqual(context);
    span.end();
    await tracing[Symbol.asyncDispose]();
    expect(receiver.spans()).toEqual([]);
  });
});

describe('who speaks', () => {
  it.each([
    ['the service', {}, 'ai-service'],
    ['another name, when one is given', { OTEL_SERVICE_NAME: 'blue' }, 'blue'],
  ])('is %s', async (_name, env, service) => {
    await using receiver = await startTraceReceiver();
    const tracing = await open('ai-service', receiver.url, { env });
    tracing.enter({}, entrance).end();
    await tracing[Symbol.asyncDispose]();
    expect(receiver.spans()).toMatchObject([{ service }]);
  });
});

describe('a collector in trouble', () => {
  const recorded = (tracing: Tracing) => tracing.enter({}, entrance).end();

  it('that refuses is told of once, and that it is back', async () => {
    await using receiver = await startTraceReceiver();
    const { lines, logger } = collectLogs();
    await using tracing = await open('ai-service', receiver.url, { logger });
    receiver.answer(400);
    const attempts = () => receiver.requestCount();
    const failAgain = async () => {
      const before = attempts();
      recorded(tracing);
      await waitFor(() => attempts() > before || undefined, { description: 'one more request', timeoutMs: 20_000 });
    };
    await failAgain();
    await failAgain();
    await waitFor(() => lines.length > 0 || undefined, { description: 'a line', timeoutMs: 20_000 });
    receiver.answer(200);
    await waitFor(
      () => {
        recorded(tracing);
        return lines.length > 1 || undefined;
      },
      { description: 'another line', timeoutMs: 20_000 },
    );
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'traces cannot be delivered'],
      ['info', 'traces are delivered again'],
    ]);
  });

  it.each([
    ['is not there', async () => 'http://127.0.0.1:1'],
    ['never answers', async (receiver: TraceReceiver) => receiver.url],
  ])('that %s fails no call and holds up the end for a moment only', async (_name, urlOf) => {
    await using receiver = await startTraceReceiver();
    receiver.answer(undefined);
    const url = await urlOf(receiver);
    const tracing = await open('ai-service', url);
    const server = await startTestServer({ tracing });
    const client = connectTo(`127.0.0.1:${server.port}`, { tracing });
    for (let count = 0; count < 20; count++) {
      const { context } = tracing.enter({}, entrance);
      expect(await client.unary('GenerateTitle', {}, { context, timeoutMs: 20_000 })).toEqual({ title: 'A title' });
    }
    client[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    const startedAtMs = performance.now();
    await tracing[Symbol.asyncDispose]();
    // The exporter itself would wait and try again for ten seconds.
    expect(performance.now() - startedAtMs).toBeLessThan(8_000);
  });
});

describe('without an endpoint', () => {
  it('requests keep their ids and nothing is recorded', async () => {
    const tracing = await openTracing({
      service: 'ai-service',
      version: '1.2.3',
      settings: undefined,
      logger: collectLogs().logger,
    });
    expect(tracing).toBe(noTracing);
    const headers = { requestId: 'request-1', traceparent: `00-${traceId}-${spanId}-01` };
    expect(tracing.enter(headers, entrance).context).toEqual(headers);
  });

  it.each([
    ['is not loaded', '', false],
    ['is, with one', 'http://127.0.0.1:1', true],
  ])('the SDK of OpenTelemetry %s', async (_name, endpoint, isLoaded) => {
    const fixture = fileURLToPath(new URL('fixtures/loaded-modules.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', fixture], {
      env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
    const loaded = z.array(z.string()).parse(JSON.parse(stdout));
    // Its API, which records nothing by itself, comes with prom-client.
    const ofSdk = loaded.filter((url) => /opentelemetry\/(?!api\/)/.test(url));
    expect(loaded.some((url) => url.includes('grpc-js'))).toBe(true);
    expect(ofSdk.length > 0).toBe(isLoaded);
  });
});
