import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { HealthReport } from './health.ts';
import { reportDependencies } from './metrics.ts';

export type AdminServer = AsyncDisposable & {
  /** The port it listens on. */
  readonly port: number;
};

export type AdminServerOptions = {
  host: string;
  port: number;
  registry: Registry;
  /** What /readyz answers with. */
  health: () => Promise<HealthReport>;
  /** Further GET routes that answer JSON, by path. */
  routes?: Readonly<Record<string, () => unknown>>;
};

/** Metrics and health over HTTP: /metrics, /healthz (the process answers), /readyz (it can do its work). */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  reportDependencies(options.registry, options.health);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    answer(options, request.method === 'GET' ? path : '').then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer({ registry, health, routes = {} }: AdminServerOptions, path: string) {
  if (path === '/metrics') return { status: 200, type: registry.contentType, body: await registry.metrics() };
  if (path === '/healthz') return json(200, { ok: true });
  if (path === '/readyz') {
    const report = await health();
    return json(report.ready ? 200 : 503, report);
  }
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  return route === undefined ? json(404, { error: 'not found' }) : json(200, await route());
}

function json(status: number, value: unknown) {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
