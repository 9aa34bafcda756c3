import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { connectSocket } from '../bench/connect-socket.ts';
import { registerUser } from '../bench/system/register-user.ts';
import { readDashboards, readRules } from '../deploy/observed.ts';
import { metricsOf } from '../deploy/promql.ts';
import { rootDir } from '../root-dir.ts';
import { readMetricNames } from './read-metrics.ts';

let sim: OllamaSim;
let system: System;
const requestId = randomUUID();
const traceId = requestId.replaceAll('-', '');

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', tokens: 3 } } });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'short:latest' } });
  const { accessToken } = await registerUser(system.url);
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ clientMessageId: randomUUID(), content: 'Hello' });
  const traced = { 'x-request-id': requestId, traceparent: `00-${traceId}-00f067aa0ba902b7-00` };
  const answer = await fetch(`${system.url}/api/v1/conversations/new/messages`, {
    method: 'POST',
    headers: { ...headers, ...traced, accept: 'text/event-stream' },
    body,
  });
  // The stream ends with the reply.
  expect(await answer.text()).toContain('"completed"');
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** The names that operators rely on, and which service has them. */
const published = {
  'api-gateway': [
    'http_server_request_duration_seconds',
    'rpc_client_duration_seconds',
    'socket_connections',
    'socket_events_total',
    'generation_active',
    'generation_total',
    'generation_takeovers_total',
    'generation_frame_gap_total',
    'rate_limited_total',
  ],
  'user-service': ['rpc_server_duration_seconds', 'auth_events_total'],
  'chat-service': ['rpc_server_duration_seconds', 'chat_active_conversations', 'chat_messages_total'],
  'ai-service': [
    'rpc_server_duration_seconds',
    'gen_ai_client_operation_duration_seconds',
    'gen_ai_client_time_to_first_chunk_seconds',
    'gen_ai_client_token_usage',
    'generation_queue_length',
  ],
};

it.each(Object.entries(published))('%s publishes the metrics that operators rely on', async (service, names) => {
  const { metricsUrl = '' } = system.process(service);
  const found = await readMetricNames(metricsUrl);
  const everywhere = ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'dependency_up'];
  expect([...names, ...everywhere].filter((name) => !found.has(name))).toEqual([]);
});

const lineSchema = z.looseObject({
  service: z.string(),
  event: z.string().optional(),
  requestId: z.string().optional(),
  traceId: z.string().optional(),
});

/** What was logged so far about one message, in every service. */
function linesWith(text: string) {
  return system
    .logs()
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => lineSchema.parse(JSON.parse(line.slice(line.indexOf('{')))));
}

/** Every service that takes part in a reply logs these ids and no other ones beside them, and the model server is sent them. */
async function expectOneTrace(ids: { requestId: string; traceId: string }) {
  const services = ['ai-service', 'api-gateway', 'chat-service'];
  // Read in the condition: what was logged last may have come in part only, and is no JSON then.
  const lines = await waitFor(
    () => {
      const found = linesWith(ids.traceId);
      return new Set(found.map(({ service }) => service)).size >= services.length && found;
    },
    { description: 'every service has logged the request' },
  );
  expect([...new Set(lines.map(({ service }) => service))].sort()).toEqual(services);
  expect(lines.filter((line) => line.requestId !== ids.requestId)).toEqual([]);
  const [asked] = sim.requests.filter(({ headers }) => headers['x-request-id'] === ids.requestId);
  expect(asked?.headers.traceparent).toContain(ids.traceId);
}

it('one trace id and one request id lead from a route through every service to the model server', async () => {
  await expectOneTrace({ requestId, traceId });
});

it('one trace id and one request id lead from a socket event through every service to the model server', async () => {
  const { accessToken } = await registerUser(system.url);
  using connection = await connectSocket({ url: system.url, token: accessToken });
  await connection.runTurn({ model: 'short:latest', tokensMax: 3 });
  const isEvent = (line: z.infer<typeof lineSchema>) => line.event === 'message:send';
  const line = await waitFor(() => linesWith('"message:send"').find(isEvent), { description: 'the event is logged' });
  await expectOneTrace({ requestId: line.requestId ?? '', traceId: line.traceId ?? '' });
});

/** What Prometheus itself makes, and what a service has only once it was given certificates. */
const elsewhere = new Set(['up', 'tls_certificate_expiry_timestamp_seconds']);

it('every metric that a rule or a dashboard names is one that a service publishes, or a rule makes', async () => {
  const urls = Object.keys(published).map((service) => system.process(service).metricsUrl ?? '');
  const found = await Promise.all(urls.map(readMetricNames));
  const rules = readRules();
  const known = new Set([...elsewhere, ...found.flatMap((names) => [...names]), ...rules.map(({ record }) => record)]);
  const panels = readDashboards().flatMap((dashboard) => dashboard.panels);
  const expressions = [...rules, ...panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr);
  const named = new Set(expressions.flatMap(metricsOf));
  expect(named.size).toBeGreaterThan(30);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});

it('the page of the web image comes with the same policy as that of the gateway', async () => {
  const headers = readFileSync(join(rootDir, 'infrastructure', 'nginx', 'security-headers.conf'), 'utf8');
  const [, policy] = /Content-Security-Policy "([^"]+)"/.exec(headers) ?? [];
  const page = await fetch(system.url, { headers: { accept: 'text/html' } });
  expect(policy).toBe(page.headers.get('content-security-policy'));
});
