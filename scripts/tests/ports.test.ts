import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { choosePublicPort, findFreePorts } from '../start/ports.ts';

const host = '127.0.0.1';

async function occupyPort() {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.dispose]: () => server.close() };
}

it('finds as many different ports as asked for', async () => {
  const ports = await findFreePorts(20);
  expect(new Set(ports).size).toBe(20);
});

it('refuses a given port that is taken, naming it and the way out', async () => {
  using taken = await occupyPort();
  const choice = choosePublicPort({ host, wantedPort: taken.port, defaultPort: 0 });
  await expect(choice).rejects.toThrow(new RegExp(`Port ${taken.port} is taken.*--port 0`));
});

it('takes a free port instead of the default one when that is taken and none was given', async () => {
  using taken = await occupyPort();
  const port = await choosePublicPort({ host, wantedPort: undefined, defaultPort: taken.port });
  expect(port).not.toBe(taken.port);
  expect(port).toBeGreaterThan(0);
});

it('picks a free port for 0', async () => {
  expect(await choosePublicPort({ host, wantedPort: 0, defaultPort: 8080 })).toBeGreaterThan(0);
});

it('refuses an address that this machine does not have', async () => {
  const choice = choosePublicPort({ host: '192.0.2.1', wantedPort: 0, defaultPort: 0 });
  await expect(choice).rejects.toThrow('192.0.2.1 is not an address of this machine');
});
