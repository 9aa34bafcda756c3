import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createLogger,
  createRegistry,
  openTls,
  type ServiceName,
  serviceIdentity,
  serviceNames,
  type Tls,
} from '@chatbot/service-kit';
import { Client } from '@grpc/grpc-js';
import { createCertificateAuthority } from './certificate-authority.ts';

/** A certificate for each service of the system, all of one authority. */
export type ServiceCertificates = AsyncDisposable & {
  /** The variables that make a service use its certificate. */
  env(name: ServiceName): Record<'TLS_CERT_FILE' | 'TLS_KEY_FILE' | 'TLS_CA_FILE', string>;
  /** The certificate of a service, for a client that calls as that service. */
  open(name: ServiceName): Promise<Tls>;
};

export async function createServiceCertificates(): Promise<ServiceCertificates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'testkit-certificates-'));
  const authority = await createCertificateAuthority();
  const caFile = path.join(folder, 'ca.crt');
  const filesOf = (name: ServiceName) => ({
    certFile: path.join(folder, `${name}.crt`),
    keyFile: path.join(folder, `${name}.key`),
    caFile,
  });
  await writeFile(caFile, authority.pair.cert);
  for (const name of serviceNames) {
    const { cert, key } = await authority.issue({ commonName: name, uris: [serviceIdentity(name)] });
    const { certFile, keyFile } = filesOf(name);
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
  }
  const logger = createLogger({ service: 'test', level: 'silent' });
  return {
    env(name) {
      const { certFile, keyFile } = filesOf(name);
      return { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CA_FILE: caFile };
    },
    open: (name) => openTls({ files: filesOf(name), logger, registry: createRegistry('test') }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export type FindCallersOptions = {
  certificates: ServiceCertificates;
  /** The service that is called, and its host and port. */
  service: ServiceName;
  address: string;
  /** The rpcs of the service and their paths. */
  definition: Readonly<Record<string, { readonly path: string }>>;
};

/** Calls every rpc as every service, without a token and without a request. Returns for each rpc the services that are not refused for who they are. */
export async function findCallers(options: FindCallersOptions): Promise<Record<string, ServiceName[]>> {
  const { certificates, service, address, definition } = options;
  const callers: Record<string, ServiceName[]> = Object.fromEntries(Object.keys(definition).map((rpc) => [rpc, []]));
  for (const caller of serviceNames) {
    using tls = await certificates.open(caller);
    const client = new Client(address, tls.channelCredentials(service));
    for (const [rpc, { path: method }] of Object.entries(definition)) {
      if (await isLetIn(client, method)) callers[rpc]?.push(caller);
    }
    client.close();
  }
  return callers;
}

const refusal = 'This service may not call this method';
const deadlineMs = 10_000;

function isLetIn(client: Client, method: string): Promise<boolean> {
  const bytes = (value: Buffer) => value;
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + deadlineMs;
    client.makeUnaryRequest(method, bytes, bytes, Buffer.alloc(0), { deadline }, (error) => {
      // No connection at all says nothing about who may call.
      if (error?.details.includes('No connection established') === true) reject(error);
      else resolve(error?.details.includes(refusal) !== true);
    });
  });
}
