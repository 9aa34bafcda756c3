import { readFileSync } from 'node:fs';
import { ConfigError, environmentTable } from '@chatbot/service-kit';
import { describe, expect, it } from 'vitest';
import { envShape, loadGatewayConfig } from './config.ts';

const good = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  USER_SERVICE_ADDR: 'dns:///user-service:50051',
  CHAT_SERVICE_ADDR: 'dns:///chat-service:50052',
  AI_SERVICE_ADDR: 'dns:///ai-service:50053',
  JWKS_URL: 'http://user-service:9101/.well-known/jwks.json',
};

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadGatewayConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable }) => variable);
  }
}

describe('the configuration', () => {
  it('needs nothing beside the addresses of what it talks to', () => {
    expect(loadGatewayConfig(good)).toMatchObject({ http: { port: 8080 }, admin: { port: 9100 }, leaseTtlMs: 5_000 });
  });

  it('names every missing and every wrong variable at once', () => {
    const { REDIS_URL: _redis, AI_SERVICE_ADDR: _ai, ...rest } = good;
    const problems = problemsOf({
      ...rest,
      HTTP_PORT: '99999',
      JWKS_URL: 'nonsense',
      TRUST_PROXY: 'everyone!',
      CORS_ORIGINS: 'not an origin',
    });
    expect(problems.toSorted()).toEqual([
      'AI_SERVICE_ADDR',
      'CORS_ORIGINS',
      'HTTP_PORT',
      'JWKS_URL',
      'REDIS_URL',
      'TRUST_PROXY',
    ]);
  });

  it('is told by the README as it is', () => {
    expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(environmentTable(envShape));
  });
});
