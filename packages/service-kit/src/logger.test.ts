import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

const canary = 'canary-55b0';

function logged(fields: object): string {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info' }, { write: (line) => void lines.push(line) });
  logger.info(fields, 'something');
  return lines.join('');
}

describe('createLogger', () => {
  it.each([
    'password',
    'currentPassword',
    'newPassword',
    'passwordHash',
    'accessToken',
    'refreshToken',
    'token',
    'authorization',
    'cookie',
    'set-cookie',
    'secret',
    'privateKey',
    'databaseUrl',
    'redisUrl',
    'content',
    'prompt',
    'text',
  ])('redacts %s, also one level down', (name) => {
    expect(logged({ [name]: canary })).not.toContain(canary);
    const line = logged({ headers: { [name]: canary, kept: 'kept' } });
    expect(line).not.toContain(canary);
    expect(line).toContain('kept');
  });

  it('writes a line of JSON with the service, the level by name and the time', () => {
    expect(JSON.parse(logged({ code: 'OK' }))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'test',
      code: 'OK',
      msg: 'something',
    });
  });
});
