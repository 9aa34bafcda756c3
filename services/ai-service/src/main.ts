import process from 'node:process';
import { run } from '@chatbot/service-kit';
import { loadAiConfig } from './config.ts';
import { startAiService } from './service.ts';

await run({ name: 'ai-service', process, loadConfig: loadAiConfig, start: startAiService });
