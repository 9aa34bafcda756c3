import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkHealth, createRegistry, type HealthCheck, startAdminServer } from '../src/index.ts';

const failing: HealthCheck = { name: 'database', check: () => Promise.reject(new Error('connection refused')) };
const passing: HealthCheck = { name: 'redis', check: async () => {} };

async function start(checks: readonly HealthCheck[] = [passing]) {
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    registry: createRegistry('test'),
    health: () => checkHealth(checks),
    routes: {
      '/keys': () => ({ keys: [] }),
      '/broken': () => {
        throw new Error('canary-20aa');
      },
    },
  });
  return { server, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init) };
}

describe('the admin server', () => {
  it('shows the metrics of the registry with the name of the service', async () => {
    const { server, get } = await start();
    await using _server = server;
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toMatch(/^process_cpu_seconds_total\{service="test"\} /m);
  });

  it('is alive whatever its dependencies do', async () => {
    const { server, get } = await start([failing]);
    await using _server = server;
    const response = await get('/healthz');
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it('is ready with 200 when every check passes, and says how long each took', async () => {
    const { server, get } = await start([passing]);
    await using _server = server;
    const response = await get('/readyz?verbose=1');
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: [{ name: 'redis', ok: true, latencyMs: expect.any(Number) }] },
    ]);
  });

  it('is not ready with 503 when one check fails, and says which and why', async () => {
    const { server, get } = await start([passing, failing]);
    await using _server = server;
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      ready: false,
      checks: [
        { name: 'redis', ok: true },
        { name: 'database', ok: false, error: 'connection refused' },
      ],
    });
  });

  it.each(['/', '/nothing', '/constructor', '/__proto__', '//metrics', '/metrics/'])(
    'answers %s with 404',
    async (path) => {
      const { server, get } = await start();
      await using _server = server;
      expect((await get(path)).status).toBe(404);
    },
  );

  it('answers GET alone', async () => {
    const { server, get } = await start();
    await using _server = server;
    expect((await get('/metrics', { method: 'POST' })).status).toBe(404);
  });

  it('serves further routes, and a fault in one is a bare 500', async () => {
    const { server, get } = await start();
    await using _server = server;
    expect(await (await get('/keys')).json()).toEqual({ keys: [] });
    const broken = await get('/broken');
    expect([broken.status, await broken.text()]).toEqual([500, '']);
  });

  it.each([
    '\0\x16\x03\x01junk\r\n\r\n',
    'GET\r\n\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    'GET / HTTP/9.9\r\n\r\n',
  ])('closes a connection that sends junk and lives on (%#)', async (junk) => {
    const { server, get } = await start();
    await using _server = server;
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.resume().write(junk);
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await get('/healthz')).status).toBe(200);
  });

  it('stops although a connection is open', async () => {
    const { server } = await start();
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await server[Symbol.asyncDispose]();
    await closed;
  });

  it('says so when its port is taken', async () => {
    const { server } = await start();
    await using _server = server;
    const options = { host: '127.0.0.1', port: server.port, registry: createRegistry('test') };
    await expect(startAdminServer({ ...options, health: () => checkHealth([]) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
