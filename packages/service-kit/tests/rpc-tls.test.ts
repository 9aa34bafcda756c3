import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { type CertificateAuthority, createCertificateAuthority, type KeyPair, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createLogger,
  createRegistry,
  openTls,
  type ServiceName,
  serviceIdentity,
  type TlsFiles,
  unary,
} from '../src/index.ts';
import { anyInput, callOptions, collectLogs, connectTo, startTestServer } from './harness.ts';

let ours: CertificateAuthority;
let theirs: CertificateAuthority;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
  ours = await createCertificateAuthority();
  theirs = await createCertificateAuthority();
});
afterAll(() => rm(folder, { recursive: true }));

const silent = createLogger({ service: 'test', level: 'silent' });

async function writeFiles(files: TlsFiles, { cert, key }: KeyPair, authority = ours) {
  // Renamed into place, as a rotation does, so that no half file is read. The key last: when it fits, everything is there.
  for (const [file, content] of [
    [files.caFile, authority.pair.cert],
    [files.certFile, cert],
    [files.keyFile, key],
  ] as const) {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  }
}

const dayMs = 86_400_000;
let folders = 0;
async function filesOf(pair: KeyPair, authority = ours): Promise<TlsFiles> {
  folders += 1;
  const base = path.join(folder, String(folders));
  const files = { certFile: `${base}.crt`, keyFile: `${base}.key`, caFile: `${base}.ca` };
  await writeFiles(files, pair, authority);
  return files;
}

function issue(authority: CertificateAuthority, name: ServiceName, validDays = 1) {
  return authority.issue({ commonName: name, uris: [serviceIdentity(name)], validDays });
}

async function tlsOf(
  name: ServiceName,
  options: { signer?: CertificateAuthority; trusts?: CertificateAuthority } = {},
) {
  const { signer = ours, trusts = ours } = options;
  const files = await filesOf(await issue(signer, name), trusts);
  return openTls({ files, logger: silent, registry: createRegistry('test') });
}

const address = ({ port }: { port: number }) => `127.0.0.1:${port}`;
const listModels = (client: ReturnType<typeof connectTo>) => client.unary('ListModels', {}, callOptions());

describe('with certificates, a server', () => {
  it('answers a service that it names, and says that it is alive to every service', async () => {
    using serverTls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls: serverTls });
    using gatewayTls = await tlsOf('api-gateway');
    using gateway = connectTo(address(server), { tls: gatewayTls });
    expect(await listModels(gateway)).toEqual({ models: [], configuredDefault: '' });
    using chatTls = await tlsOf('chat-service');
    using chat = connectTo(address(server), { tls: chatTls });
    expect(await chat.checkServing(callOptions())).toEqual({ version: '1.2.3' });
  });

  it('refuses a caller in plaintext', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    using client = connectTo(address(server));
    await expect(listModels(client)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(server.lines).toEqual([]);
  });

  it('refuses a caller whose certificate another authority signed', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    using strangerTls = await tlsOf('api-gateway', { signer: theirs });
    using stranger = connectTo(address(server), { tls: strangerTls });
    await expect(listModels(stranger)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  });

  it('refuses a caller without a certificate', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    const ended = new Promise<string>((resolve) => {
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.once('end', () => resolve('end'));
    });
    socket.resume().write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(await ended).toMatch(/CERTIFICATE_REQUIRED|HANDSHAKE|ECONNRESET/i);
  });

  it('refuses a caller whose certificate has ended', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    const files = await filesOf(await issue(ours, 'api-gateway', -1));
    using lateTls = await openTls({ files, logger: silent, registry: createRegistry('test') });
    using late = connectTo(address(server), { tls: lateTls });
    await expect(listModels(late)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  });

  it('refuses a service that it does not name, before anything of the call is looked at, and logs it', async () => {
    let handled = 0;
    const ListModels = unary({
      access: 'service',
      input: anyInput,
      handle: async () => {
        handled += 1;
        return { models: [] };
      },
    });
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls, handlers: { ListModels } });
    using userTls = await tlsOf('user-service');
    using user = connectTo(address(server), { tls: userTls });
    await expect(listModels(user)).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(async () => {
      for await (const _message of user.serverStream('Generate', {}, callOptions())) handled += 1;
    }).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    expect(handled).toBe(0);
    expect(server.lines).toContainEqual(
      expect.objectContaining({
        msg: 'caller refused',
        caller: 'user-service',
        method: 'chatbot.ai.v1.AiService/ListModels',
      }),
    );
  });

  it('lets an rpc name callers of its own', async () => {
    const ListModels = unary({
      access: 'service',
      callers: ['chat-service'],
      input: anyInput,
      handle: async () => ({ models: [] }),
    });
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls, handlers: { ListModels } });
    using chatTls = await tlsOf('chat-service');
    using chat = connectTo(address(server), { tls: chatTls });
    expect(await listModels(chat)).toMatchObject({ models: [] });
    await expect(chat.unary('ListPersonas', {}, callOptions())).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    using gatewayTls = await tlsOf('api-gateway');
    using gateway = connectTo(address(server), { tls: gatewayTls });
    await expect(listModels(gateway)).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  it('takes no certificate of our authority that names no service', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    const files = await filesOf(await ours.issue({ commonName: 'api-gateway', dnsNames: ['api-gateway'] }));
    using namelessTls = await openTls({ files, logger: silent, registry: createRegistry('test') });
    using nameless = connectTo(address(server), { tls: namelessTls });
    await expect(nameless.checkServing(callOptions())).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  it('lives on after bytes that are no TLS', async () => {
    using tls = await tlsOf('ai-service');
    await using server = await startTestServer({ tls });
    const socket = connectTcp(server.port, '127.0.0.1').on('error', () => {});
    socket.resume().write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    using gatewayTls = await tlsOf('api-gateway');
    using gateway = connectTo(address(server), { tls: gatewayTls });
    await listModels(gateway);
  });
});

describe('with certificates, a client', () => {
  it.each([
    ['is another service', () => tlsOf('user-service')],
    ['another authority signed', () => tlsOf('ai-service', { signer: theirs })],
  ])('sends nothing to a server whose certificate %s', async (_case, serverTls) => {
    using tls = await serverTls();
    await using server = await startTestServer({ tls });
    using gatewayTls = await tlsOf('api-gateway');
    using gateway = connectTo(address(server), { tls: gatewayTls });
    await expect(gateway.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(server.lines).toEqual([]);
  });

  it('sends nothing to a server in plaintext', async () => {
    let received = '';
    const sockets = new Set<Socket>();
    const plain = createServer((socket) => {
      sockets.add(socket);
      // What a server of HTTP/2 says first: an empty SETTINGS frame.
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          received += bytes.toString('latin1');
        });
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const bound = plain.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port');
    using gatewayTls = await tlsOf('api-gateway');
    using gateway = connectTo(address(bound), { tls: gatewayTls });
    await expect(listModels(gateway)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(received).not.toContain('ListModels');
    for (const socket of sockets) socket.destroy();
    plain.close();
  });
});

describe('certificates', () => {
  it('are replaced while everything runs, and what is no certificate is left alone', async () => {
    const { lines, logger } = collectLogs();
    const registry = createRegistry('test');
    const files = await filesOf(await issue(ours, 'ai-service'));
    using serverTls = await openTls({ files, logger, registry, reloadIntervalMs: 20 });
    await using server = await startTestServer({ tls: serverTls });
    using gatewayTls = await tlsOf('api-gateway');
    using before = connectTo(address(server), { tls: gatewayTls });
    await listModels(before);

    await writeFiles(files, { cert: 'no certificate', key: 'no key' });
    await waitFor(() => lines.some(({ msg }) => msg === 'certificates cannot be reloaded'), {
      description: 'the complaint',
    });
    using meanwhile = connectTo(address(server), { tls: gatewayTls });
    await listModels(meanwhile);

    // From here on the server trusts the other authority alone and is known to it.
    await writeFiles(files, await issue(theirs, 'ai-service', 30), theirs);
    const isNew = ({ msg, expiresAt }: (typeof lines)[number]) =>
      msg === 'certificates reloaded' && Date.parse(String(expiresAt)) - Date.now() > 20 * dayMs;
    await waitFor(() => lines.some(isNew), { description: 'the reload' });
    using newTls = await tlsOf('api-gateway', { signer: theirs, trusts: theirs });
    using after = connectTo(address(server), { tls: newTls });
    await listModels(after);
    using late = connectTo(address(server), { tls: gatewayTls });
    await expect(listModels(late)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });

    const metrics = await registry.metrics();
    const expiry = Number(/^tls_certificate_expiry_timestamp_seconds\{.*\} (\S+)$/m.exec(metrics)?.[1]);
    expect(expiry * 1_000 - Date.now()).toBeGreaterThan(20 * dayMs);
  });
});
