import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

/**
 * A JSON logger for one service, to standard output.
 * Redaction is the last line of defence: callers do not log secrets or message text in the first place.
 */
export function createLogger(
  options: { service: string; level: string },
  destination: DestinationStream = pino.destination({ dest: 1, sync: false }),
): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secrets, censor: '[redacted]' },
  };
  return pino(settings, destination);
}

const names = [
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
];
const secrets = names.flatMap((name) => [`["${name}"]`, `*["${name}"]`]);
