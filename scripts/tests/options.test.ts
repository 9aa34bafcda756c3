import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootDir } from '../root-dir.ts';
import { parseStartOptions } from '../start/options.ts';

it('starts one process of each service on the loopback address when nothing is asked for', () => {
  expect(parseStartOptions([])).toEqual({
    port: undefined,
    host: '127.0.0.1',
    dataDir: join(rootDir, '.data'),
    ollamaUrl: undefined,
    replicas: { 'api-gateway': 1, 'user-service': 1, 'chat-service': 1, 'ai-service': 1 },
    processEnv: {},
    json: false,
    watch: false,
    help: false,
  });
});

it('reads every option', () => {
  const args = '--port 0 --data-dir /d --ollama http://o:1/ --replicas api-gateway=2,ai-service=3 --json'.split(' ');
  expect(parseStartOptions(args)).toMatchObject({
    port: 0,
    dataDir: '/d',
    ollamaUrl: 'http://o:1',
    replicas: { 'api-gateway': 2, 'user-service': 1, 'chat-service': 1, 'ai-service': 3 },
    json: true,
  });
});

it('sets variables for single processes', () => {
  const args = '--replicas ai-service=2 --env ai-service-2:A=1 --env ai-service-2:B=x=y --env api-gateway:A='.split(
    ' ',
  );
  expect(parseStartOptions(args).processEnv).toEqual({
    'ai-service-2': { A: '1', B: 'x=y' },
    'api-gateway': { A: '' },
  });
});

it.each([
  ['--env ai-service-2:A=1', 'there is no process "ai-service-2"'],
  ['--env ai-service', 'not "ai-service"'],
  ['--port 70000', '--port takes a number from 0 to 65535, not "70000"'],
  ['--port 8o80', '--port takes a number'],
  ['--port=', '--port takes a number'],
  ['--data-dir=', '--data-dir takes a folder'],
  ['--ollama localhost:11434', '--ollama takes a URL'],
  ['--ollama ftp://host', '--ollama takes a URL'],
  ['--replicas gateway=2', 'there is no service "gateway"'],
  ['--replicas api-gateway', 'api-gateway takes a number from 1 to 16, not ""'],
  ['--replicas api-gateway=0', 'api-gateway takes a number from 1 to 16, not "0"'],
  ['--replicas api-gateway=17', 'not "17"'],
  ['--prot 1', "Unknown option '--prot'"],
  ['somewhere', "Unexpected argument 'somewhere'"],
])('refuses %s and says why', (args, message) => {
  expect(() => parseStartOptions(args.split(' '))).toThrow(message);
});
