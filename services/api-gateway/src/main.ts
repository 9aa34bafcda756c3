import process from 'node:process';
import { run } from '@chatbot/service-kit';
import { loadGatewayConfig } from './config.ts';
import { startApiGateway } from './service.ts';

await run({ name: 'api-gateway', process, loadConfig: loadGatewayConfig, start: startApiGateway });
