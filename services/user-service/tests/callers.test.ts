import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type UserServiceDefinition, userServiceDefinition } from '@chatbot/proto';
import {
  createLogger,
  createRegistry,
  createRpcClient,
  createRpcMetrics,
  type MethodName,
  openSigningKeys,
  openTls,
  type ServiceName,
  serviceIdentity,
  serviceNames,
  type TlsFiles,
} from '@chatbot/service-kit';
import { createCertificateAuthority } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOptions, startTestUserService, type TestUserService } from './harness.ts';

type Rpc = MethodName<UserServiceDefinition>;

/** Which services may call an rpc besides the gateway, which may call them all. */
const otherCallers: Partial<Record<Rpc, readonly ServiceName[]>> = { ListSigningKeys: ['chat-service'] };

const logger = createLogger({ service: 'test', level: 'silent' });
const metrics = createRpcMetrics(createRegistry('test'));

let folder: string;
let files: Map<ServiceName, TlsFiles>;
let service: TestUserService;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'callers-'));
  const authority = await createCertificateAuthority();
  const caFile = path.join(folder, 'ca.crt');
  await writeFile(caFile, authority.pair.cert);
  files = new Map();
  for (const name of serviceNames) {
    const { cert, key } = await authority.issue({ commonName: name, uris: [serviceIdentity(name)] });
    const certFile = path.join(folder, `${name}.crt`);
    const keyFile = path.join(folder, `${name}.key`);
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    files.set(name, { certFile, keyFile, caFile });
  }
  const { certFile, keyFile } = filesOf('user-service');
  service = await startTestUserService({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CA_FILE: caFile });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function filesOf(name: ServiceName): TlsFiles {
  const found = files.get(name);
  if (found === undefined) throw new Error(`${name} has no certificate`);
  return found;
}

const tlsOf = (name: ServiceName) => openTls({ files: filesOf(name), logger, registry: createRegistry('test') });

describe.each(serviceNames)('%s', (caller) => {
  it('may call what is declared for it, and nothing else', async () => {
    using tls = await tlsOf(caller);
    using client = createRpcClient({
      definition: userServiceDefinition,
      peer: 'user-service',
      address: service.rpcAddress,
      tls,
      metrics,
    });
    const rpcs = Object.keys(userServiceDefinition).filter((name): name is Rpc =>
      Object.hasOwn(userServiceDefinition, name),
    );
    const isLetIn = async (rpc: Rpc) => {
      const error = await client.unary(rpc, {}, callOptions()).catch((thrown: unknown) => thrown);
      return !(error instanceof Error && error.message.includes('This service may not call this method'));
    };
    const letIn = (await Promise.all(rpcs.map(async (rpc) => ((await isLetIn(rpc)) ? [rpc] : [])))).flat();
    const declared = rpcs.filter((rpc) => caller === 'api-gateway' || otherCallers[rpc]?.includes(caller));
    expect(letIn).toEqual(declared);
  });
});

it.each(['api-gateway', 'chat-service'] as const)('%s gets the keys that tokens are checked with', async (name) => {
  using tls = await tlsOf(name);
  using keys = openSigningKeys({ url: `grpc://${service.rpcAddress}`, tls, metrics });
  expect((await keys.load()).keys).toHaveLength(1);
});
