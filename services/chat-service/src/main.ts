import { run } from '@chatbot/service-kit';
import { loadChatConfig } from './config.ts';
import { startChatService } from './service.ts';

await run({ name: 'chat-service', process, loadConfig: loadChatConfig, start: startChatService });
