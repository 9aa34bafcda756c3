import process from 'node:process';
import { run } from '@chatbot/service-kit';
import { loadUserServiceConfig } from './config.ts';
import { startUserService } from './service.ts';

await run({
  name: 'user-service',
  process,
  loadConfig: loadUserServiceConfig,
  start: (config, logger) => startUserService(config, { logger }),
});
