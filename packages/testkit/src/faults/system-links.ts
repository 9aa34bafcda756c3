import { freePort } from '../free-port.ts';
import { startTcpProxy, type TcpProxy, urlThrough } from './tcp-proxy.ts';

/** The network of one system: a proxy of its own between every process and everything that it talks to. */
export type SystemLinks = AsyncDisposable & {
  /**
   * The proxies between processes by their names, for example from "api-gateway-2" to "redis"; without a side, all of that side. What
   * is talked to: "redis", "ollama", "database" and the processes of the services. Throws when there is none.
   */
  find(ends: { from?: string; to?: string }): readonly TcpProxy[];
  /** The variables that make each process use its links. */
  readonly processEnv: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type SystemLinksOptions = {
  /** How many processes of each service; 1 where nothing is said. */
  replicas: Readonly<Record<string, number>>;
  redisUrl: string;
  ollamaUrl: string;
  userDatabaseUrl: string;
  chatDatabaseUrl: string;
};

type Link = { readonly from: string; readonly to: string; readonly proxy: TcpProxy };

export async function startSystemLinks(options: SystemLinksOptions): Promise<SystemLinks> {
  await using resources = new AsyncDisposableStack();
  const links: Link[] = [];
  const processEnv: Record<string, Record<string, string>> = {};

  async function link(from: string, to: string, target: { host: string; port: number }) {
    const proxy = resources.use(await startTcpProxy({ target }));
    links.push({ from, to, proxy });
    return proxy;
  }

  async function linkUrl(from: string, to: string, url: string) {
    const { hostname: host, port } = new URL(url);
    return urlThrough(await link(from, to, { host, port: Number(port) }), url);
  }

  function set(process: string, variables: Record<string, string>) {
    processEnv[process] = { ...processEnv[process], ...variables };
  }

  const ports = new Map<string, number>();
  for (const service of grpcServices) {
    for (const name of names(service, options.replicas)) {
      const port = await freePort();
      ports.set(name, port);
      set(name, { GRPC_PORT: String(port) });
    }
  }
  for (const name of names('user-service', options.replicas)) {
    set(name, {
      DATABASE_URL: await linkUrl(name, 'database', options.userDatabaseUrl),
      REDIS_URL: await linkUrl(name, 'redis', options.redisUrl),
    });
  }
  for (const name of names('chat-service', options.replicas)) {
    set(name, {
      DATABASE_URL: await linkUrl(name, 'database', options.chatDatabaseUrl),
      REDIS_URL: await linkUrl(name, 'redis', options.redisUrl),
    });
  }
  for (const name of names('ai-service', options.replicas)) {
    set(name, { OLLAMA_HOSTS: await linkUrl(name, 'ollama', options.ollamaUrl) });
  }
  for (const gateway of names('api-gateway', options.replicas)) {
    set(gateway, { REDIS_URL: await linkUrl(gateway, 'redis', options.redisUrl) });
    for (const service of grpcServices) {
      const addresses: string[] = [];
      for (const name of names(service, options.replicas)) {
        const { host, port } = await link(gateway, name, { host: '127.0.0.1', port: ports.get(name) ?? 0 });
        addresses.push(`${host}:${port}`);
      }
      set(gateway, { [addressVariables[service]]: `ipv4:${addresses.join(',')}` });
    }
  }

  const running = resources.move();
  return {
    processEnv,
    find({ from, to }) {
      const found = links.filter((each) => (from ?? each.from) === each.from && (to ?? each.to) === each.to);
      if (found.length === 0) throw new Error(`no link from ${from ?? 'anything'} to ${to ?? 'anything'}`);
      return found.map(({ proxy }) => proxy);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const grpcServices = ['user-service', 'chat-service', 'ai-service'] as const;

const addressVariables = {
  'user-service': 'USER_SERVICE_ADDR',
  'chat-service': 'CHAT_SERVICE_ADDR',
  'ai-service': 'AI_SERVICE_ADDR',
} as const;

/** What the start script calls the processes of a service. */
function names(service: string, replicas: Readonly<Record<string, number>>): string[] {
  return Array.from({ length: replicas[service] ?? 1 }, (_unused, index) =>
    index === 0 ? service : `${service}-${index + 1}`,
  );
}
