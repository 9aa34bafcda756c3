import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ConfigError,
  commonEnv,
  environmentTable,
  listVariable,
  parseConfig,
  portVariable,
  rpcServerEnv,
  urlVariable,
} from './config.ts';

const canary = 'canary-91c4';

function problemsOf(schema: z.ZodType, env: Record<string, string | undefined>) {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('parseConfig', () => {
  const schema = z.object({
    ...commonEnv,
    ...rpcServerEnv(50_051),
    DATABASE_URL: urlVariable(['postgres', 'postgresql'], 'Database'),
    WORKERS: z.coerce.number().int().min(1),
    MODE: z.enum(['one', 'two']),
    SECRET: z.string().min(32),
  });

  it('names every variable that is missing or wrong at once, and no value', () => {
    const error = problemsOf(schema, {
      NODE_ENV: canary,
      GRPC_PORT: `99999${canary}`,
      DATABASE_URL: `mysql://${canary}@host`,
      SECRET: canary,
      WORKERS: '',
      SHUTDOWN_GRACE_MS: '5',
    });
    expect(error.problems.map(({ variable }) => variable).toSorted()).toEqual(
      ['DATABASE_URL', 'GRPC_PORT', 'MODE', 'NODE_ENV', 'SECRET', 'SHUTDOWN_GRACE_MS', 'WORKERS'].toSorted(),
    );
    for (const { variable, message } of error.problems) expect(error.message).toContain(`${variable}: ${message}`);
    expect(error.message).not.toContain(canary);
  });

  it.each([undefined, '', '  '])('calls a variable that is %j missing, whatever its type', (value) => {
    const env = { DATABASE_URL: value, WORKERS: value, MODE: value, SECRET: value };
    expect(problemsOf(schema, env).problems).toEqual(
      ['DATABASE_URL', 'WORKERS', 'MODE', 'SECRET'].map((variable) => ({ variable, message: 'is required' })),
    );
  });

  it('keeps the message of a rule over several variables', () => {
    const rule = z.object({ A: z.string().optional() }).refine(() => false, { path: ['A'], error: 'goes with B' });
    expect(problemsOf(rule, {}).problems).toEqual([{ variable: 'A', message: 'goes with B' }]);
  });

  it('fills in defaults and freezes the result', () => {
    const config = parseConfig(z.object({ ...commonEnv, ...rpcServerEnv(50_051) }), { UNKNOWN: 'ignored' });
    expect(config).toEqual({
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      METRICS_HOST: '127.0.0.1',
      SHUTDOWN_GRACE_MS: 10_000,
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: 50_051,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['a, b,,c ', ['a', 'b', 'c']],
    [',', []],
  ])('reads the list %j', (value, expected) => {
    expect(parseConfig(z.object({ LIST: listVariable('') }), { LIST: value })).toEqual({ LIST: expected });
  });

  it.each(['-1', '65536', '1.5', 'http'])('refuses the port %s', (value) => {
    expect(problemsOf(z.object({ PORT: portVariable(1, '') }), { PORT: value }).problems).toHaveLength(1);
  });
});

describe('environmentTable', () => {
  it('has a row a variable with its default and meaning', () => {
    const table = environmentTable({
      HOST: z.string().describe('Where'),
      PORT: portVariable(8080, 'Which'),
      ORIGINS: listVariable('Who'),
      EXTRA: z.string().optional().describe('What else'),
    });
    expect(table.split('\n')).toEqual([
      '| variable | default | meaning |',
      '|---|---|---|',
      '| `HOST` | **required** | Where |',
      '| `PORT` | `8080` | Which |',
      '| `ORIGINS` | – | Who |',
      '| `EXTRA` | – | What else |',
    ]);
  });
});
