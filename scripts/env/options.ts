import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rootDir } from '../root-dir.ts';

const modelServers = ['cpu', 'gpu', 'demo'] as const;

export interface EnvOptions {
  /** Where .env and .compose/ are made. Absolute. */
  dir: string;
  /** What answers as Ollama. */
  modelServer: (typeof modelServers)[number];
  /** Two of each service. */
  scale: boolean;
  observability: boolean;
  port: number;
  help: boolean;
}

export const envHelp = `npm run env:make -- [options]

Makes what docker-compose.yml needs: .env with passwords, and .compose/ with the signing key and the certificates of the services. What exists is
kept, so that running it again renews the certificates and adds what a new release needs, and changes no password.

  --ollama <cpu|gpu|demo>  what answers as Ollama (default cpu; demo is the built-in demo model, which needs no download)
  --scale                  two of each service
  --observability          Prometheus, Grafana and a log viewer beside the system
  --port <n>               port of the page (default 8080)
  --dir <dir>              where to put them (default: the folder of docker-compose.yml)
  --help                   print this
`;

/** Reads the command line. Throws an Error saying which option is wrong. */
export function parseEnvOptions(args: readonly string[]): EnvOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ollama: { type: 'string', default: 'cpu' },
      scale: { type: 'boolean', default: false },
      observability: { type: 'boolean', default: false },
      port: { type: 'string', default: '8080' },
      dir: { type: 'string', default: rootDir },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  const modelServer = modelServers.find((name) => name === values.ollama);
  if (modelServer === undefined) throw new Error(`--ollama takes ${modelServers.join(', ')}, not "${values.ollama}".`);
  return {
    dir: resolve(values.dir),
    modelServer,
    scale: values.scale,
    observability: values.observability,
    port: parsePort(values.port),
    help: values.help,
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port takes a number from 1 to 65535, not "${text}".`);
}
