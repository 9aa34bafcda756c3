import { describe, expect, it } from 'vitest';
import { parseSeedOptions, SeedOptionError } from './options.ts';

const userId = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('parseSeedOptions', () => {
  it.each([
    [['demo'], { scenario: 'demo', url: 'http://localhost:8080', email: 'demo@example.com', password: undefined }],
    [['long', '--user', userId], { scenario: 'long', databaseUrl: 'postgres://from-env', userId }],
    [
      ['million', '--user', userId, '--database', 'postgres://given'],
      { scenario: 'million', databaseUrl: 'postgres://given', userId },
    ],
    [['--help'], undefined],
  ])('reads %j', (args, options) => {
    expect(parseSeedOptions(args, { CHAT_DATABASE_URL: 'postgres://from-env' })).toEqual(options);
  });

  it.each([[[]], [['huge']], [['demo', 'long']], [['long']], [['long', '--user', 'me']], [['demo', '--nothing']]])(
    'refuses %j and says why',
    (args) => {
      expect(() => parseSeedOptions(args, { CHAT_DATABASE_URL: 'postgres://from-env' })).toThrow(SeedOptionError);
    },
  );

  it('needs a database for what goes straight into one', () => {
    expect(() => parseSeedOptions(['long', '--user', userId], {})).toThrow('CHAT_DATABASE_URL');
  });
});
