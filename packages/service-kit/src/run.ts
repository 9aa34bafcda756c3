import { ConfigError, type Environment } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

export type RunOptions<Config extends { logLevel: string; shutdownGraceMs: number }> = {
  name: string;
  /** The process to live in: its environment, its signals. */
  process: NodeJS.Process;
  loadConfig: (env: Environment) => Config;
  /** Starts the service. Disposing of the result drains it. */
  start: (config: Config, logger: Logger) => Promise<AsyncDisposable>;
};

/**
 * The life of a service process. A bad configuration ends it with exit code 1 and a list of the variables; SIGTERM or
 * SIGINT drains it and ends it with 0; a fault that nothing caught drains it and ends it with 1. A drain that takes longer than
 * the grace period is cut short.
 */
export async function run<Config extends { logLevel: string; shutdownGraceMs: number }>(
  options: RunOptions<Config>,
): Promise<void> {
  const { name, process } = options;
  const config = loadOrExit(options);
  const logger = createLogger({ service: name, level: config.logLevel });
  let exitCode = 0;
  let stopping = false;
  // A stop that comes during the start waits for it, so that what is half started is cleaned up, too.
  let starting: Promise<AsyncDisposable> | undefined;

  async function stop(code: number) {
    exitCode = Math.max(exitCode, code);
    if (stopping) return;
    stopping = true;
    // It keeps the process alive: one that waits for nothing but a promise would end by itself, as if it had drained.
    setTimeout(() => {
      logger.error('drain exceeded the grace period');
      process.exit(1);
    }, config.shutdownGraceMs);
    try {
      const service = await starting?.catch(() => undefined);
      await service?.[Symbol.asyncDispose]();
      logger.info({ exitCode }, 'stopped');
    } catch (error) {
      logger.error({ err: error }, 'drain failed');
      exitCode = 1;
    }
    logger.flush(() => process.exit(exitCode));
  }

  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => void stop(0));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    void stop(1);
  });
  try {
    starting = options.start(config, logger);
    await starting;
    logger.info({ node: process.version, pid: process.pid }, 'started');
  } catch (error) {
    logger.fatal({ err: error }, 'start failed');
    void stop(1);
  }
}

function loadOrExit<Config extends { logLevel: string; shutdownGraceMs: number }>({
  name,
  process,
  loadConfig,
}: RunOptions<Config>): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name} cannot start; these environment variables are missing or wrong:\n${error.message}\n`);
    return process.exit(1);
  }
}
