import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rootDir } from '../root-dir.ts';
import { StartError } from './start-error.ts';

const serviceNames = ['api-gateway', 'user-service', 'chat-service', 'ai-service'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface StartOptions {
  /** The public port; 0 asks for any free one, undefined for 8080 or else any free one. */
  port: number | undefined;
  /** The address the gateways listen on. */
  host: string;
  /** Absolute. */
  dataDir: string;
  /** Without a trailing slash; undefined looks for one and falls back to the simulator. */
  ollamaUrl: string | undefined;
  /** How many processes of each service, at least 1. */
  replicas: Readonly<Record<ServiceName, number>>;
  /** Variables for one process alone, by its name; they come before all others. */
  processEnv: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Machine-readable lines on stdout, everything else on stderr. */
  json: boolean;
  /** Restart a service when its sources change. */
  watch: boolean;
  help: boolean;
}

export const startHelp = `npm start -- [options]

Starts everything on this machine: databases, Redis, the four services and the page.

  --port <n>        port of the page (default 8080; 0 picks a free one)
  --host <address>  address to listen on (default 127.0.0.1)
  --data-dir <dir>  where data is kept (default .data); two folders make two independent stacks
  --ollama <url>    the Ollama to use (default: OLLAMA_HOST or http://127.0.0.1:11434 when one answers, else a demo model)
  --replicas <list> processes of a service, for example api-gateway=2,ai-service=2 (default 1 each)
  --env <setting>   set a variable for one process, for example api-gateway-2:LOG_LEVEL=debug; may be given more than once
  --json            print one JSON object a line on stdout when ready and when a process is restarted
  --watch           restart a service when its sources change
  --help            print this

Servers that run already are used instead of starting one when the environment names them: USER_DATABASE_URL and
CHAT_DATABASE_URL (two Postgres databases, brought up to date here), REDIS_URL.
`;

const replicaCountMax = 16;

/** Reads the command line. Throws StartError saying which option is wrong and why. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parseStrictly(args);
  const replicas = parseReplicas(values.replicas ?? '');
  return {
    port: values.port === undefined ? undefined : parsePort(values.port),
    host: values.host ?? '127.0.0.1',
    dataDir: values['data-dir'] === undefined ? join(rootDir, '.data') : parseDataDir(values['data-dir']),
    ollamaUrl: values.ollama === undefined ? undefined : parseOllamaUrl(values.ollama),
    replicas,
    processEnv: parseProcessEnv(values.env ?? [], processNames(replicas)),
    json: values.json ?? false,
    watch: values.watch ?? false,
    help: values.help ?? false,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'data-dir': { type: 'string' },
        ollama: { type: 'string' },
        replicas: { type: 'string' },
        env: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${reason}\n\n${startHelp}`);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new StartError(`--port takes a number from 0 to 65535, not "${text}".`);
}

function parseDataDir(text: string): string {
  if (text === '') throw new StartError('--data-dir takes a folder.');
  return resolve(text);
}

function parseOllamaUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return text.replace(/\/+$/, '');
  throw new StartError(`--ollama takes a URL such as http://127.0.0.1:11434, not "${text}".`);
}

function parseReplicas(text: string): Record<ServiceName, number> {
  const replicas: Record<ServiceName, number> = {
    'api-gateway': 1,
    'user-service': 1,
    'chat-service': 1,
    'ai-service': 1,
  };
  for (const entry of text.split(',').filter((part) => part !== '')) {
    const [name, countText = ''] = entry.split('=', 2);
    const service = serviceNames.find((known) => known === name);
    const count = Number(countText);
    if (service === undefined) {
      throw new StartError(`--replicas: there is no service "${name}"; the services are ${serviceNames.join(', ')}.`);
    }
    if (!/^\d+$/.test(countText) || count < 1 || count > replicaCountMax) {
      throw new StartError(`--replicas: ${service} takes a number from 1 to ${replicaCountMax}, not "${countText}".`);
    }
    replicas[service] = count;
  }
  return replicas;
}

/** What the processes of the services are called: the first one as its service, the next ones with a number. */
export function processName(service: ServiceName, index: number): string {
  return index === 0 ? service : `${service}-${index + 1}`;
}

function processNames(replicas: Readonly<Record<ServiceName, number>>): string[] {
  return serviceNames.flatMap((service) =>
    Array.from({ length: replicas[service] }, (_unused, index) => processName(service, index)),
  );
}

function parseProcessEnv(settings: readonly string[], names: readonly string[]): StartOptions['processEnv'] {
  const processEnv: Record<string, Record<string, string>> = {};
  for (const setting of settings) {
    const [, name = '', variable = '', value = ''] = /^([^:=]+):(\w+)=(.*)$/s.exec(setting) ?? [];
    if (variable === '') {
      throw new StartError(`--env takes a setting such as api-gateway:LOG_LEVEL=debug, not "${setting}".`);
    }
    if (!names.includes(name)) {
      throw new StartError(`--env: there is no process "${name}"; the processes are ${names.join(', ')}.`);
    }
    processEnv[name] = { ...processEnv[name], [variable]: value };
  }
  return processEnv;
}
