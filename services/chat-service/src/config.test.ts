import { readFileSync } from 'node:fs';
import { ConfigError, environmentTable } from '@chatbot/service-kit';
import { expect, it } from 'vitest';
import { envShape, loadChatConfig } from './config.ts';

const required = {
  DATABASE_URL: 'postgres://localhost/chat',
  REDIS_URL: 'redis://localhost',
  JWKS_URL: 'http://localhost/jwks.json',
};

function variablesRefused(env: Record<string, string>): string[] {
  try {
    loadChatConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable).toSorted();
    throw error;
  }
}

it('fills in the defaults and freezes every group', () => {
  const config = loadChatConfig(required);
  expect(config).toMatchObject({
    rpc: { host: '127.0.0.1', port: 50_052 },
    admin: { port: 9102 },
    database: { url: 'postgres://localhost/chat', poolMax: 10, statementTimeoutMs: 5_000 },
  });
  expect([config, config.rpc, config.admin, config.database].every(Object.isFrozen)).toBe(true);
});

it('names every variable that is missing or wrong at once, never its value', () => {
  expect(variablesRefused({})).toEqual(['DATABASE_URL', 'JWKS_URL', 'REDIS_URL']);
  const bad = {
    DATABASE_URL: 'mysql://secret',
    REDIS_URL: 'secret',
    JWKS_URL: 'file:///secret',
    GRPC_PORT: '70000',
    METRICS_PORT: 'secret',
    DATABASE_POOL_MAX: '0',
    DATABASE_STATEMENT_TIMEOUT_MS: 'secret',
    LOG_LEVEL: 'secret',
  };
  expect(variablesRefused(bad)).toEqual(Object.keys(bad).toSorted());
  expect(() => loadChatConfig(bad)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret') }),
  );
});

it('is documented in the README as it is read', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(unpadded(readme)).toContain(unpadded(environmentTable(envShape)));
});

/** The formatter pads the cells of tables. */
function unpadded(markdown: string): string {
  return markdown.replace(/ *\| */g, '|').replace(/-{3,}/g, '---');
}
