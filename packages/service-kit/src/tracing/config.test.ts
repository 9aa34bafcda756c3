import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../config.ts';
import { parseTracing, tracingEnv } from './config.ts';

const parse = (env: Record<string, string>) => parseTracing(parseConfig(z.object(tracingEnv), env));
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('parseTracing', () => {
  it.each([
    ['nothing is said', {}],
    ['a variable is blank', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    ['only the exporter is named', { OTEL_TRACES_EXPORTER: 'otlp' }],
    ['the exporter is none', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    ['the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
  ])('sends no traces when %s', (_name, env) => {
    expect(parse(env)).toBeUndefined();
  });

  it.each([
    ['the path for traces is added', endpoint, 'http://collector:4318/v1/traces'],
    [
      'after a path, too',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' },
      'https://collector/otlp/v1/traces',
    ],
    [
      'the endpoint of traces is taken as it is',
      { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other:1/a' },
      'http://other:1/a',
    ],
  ])('sends them to the endpoint; %s', (_name, env, url) => {
    expect(parse(env)?.url).toBe(url);
  });

  it('samples as OpenTelemetry does when nothing is said', () => {
    expect(parse(endpoint)).toMatchObject({ sampler: 'parentbased_always_on', sendIntervalMs: 5_000, queueMax: 2_048 });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ])('refuses %s=%s', (variable, value) => {
    expect(() => parse({ [variable]: value })).toThrow(variable);
  });
});
