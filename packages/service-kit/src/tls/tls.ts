import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type PeerCertificate } from 'node:tls';
import { type ChannelCredentials, experimental, type ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '../logger.ts';
import { Gauge, type Registry } from '../metrics.ts';
import { type ServiceName, serviceIdentity, serviceOf } from '../service-name.ts';
import type { TlsFiles } from './config.ts';

/** The certificates of a service, kept up to date with their files. */
export type Tls = Disposable & {
  /** For a server that takes calls with a certificate of our authority only. */
  serverCredentials(): ServerCredentials;
  /** For a client of `peer` that talks to nobody else, whatever address it is found at. */
  channelCredentials(peer: ServiceName): ChannelCredentials;
};

export type TlsOptions = {
  files: TlsFiles;
  logger: Logger;
  registry: Registry;
  /** How often the files are looked at. Default 10 s. */
  reloadIntervalMs?: number;
};

type Material = { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer };

const reloadIntervalMsDefault = 10_000;

/**
 * Reads the files, and again whenever they change: connections made from then on use the new certificates. A change that is not complete or not
 * usable is reported and left alone. Throws when the files cannot be used to begin with.
 */
export async function openTls({
  files,
  logger,
  registry,
  reloadIntervalMs = reloadIntervalMsDefault,
}: TlsOptions): Promise<Tls> {
  const provider = createProvider(await load(files));
  const expiry = new Gauge({
    name: 'tls_certificate_expiry_timestamp_seconds',
    help: 'When the certificate of this service ends, in seconds since 1970',
    registers: [registry],
  });
  expiry.set(expiresAtSeconds(provider.material));

  async function reload() {
    const next = await load(files);
    if (isSame(next, provider.material)) return;
    provider.replace(next);
    expiry.set(expiresAtSeconds(next));
    logger.info({ expiresAt: new Date(expiresAtSeconds(next) * 1000).toISOString() }, 'certificates reloaded');
  }
  // Polled: a mounted secret changes by a link that is turned, which no watch reports everywhere.
  const timer = setInterval(() => {
    reload().catch((error: unknown) => logger.warn({ err: error }, 'certificates cannot be reloaded'));
  }, reloadIntervalMs);
  timer.unref();

  return {
    serverCredentials: () => experimental.createCertificateProviderServerCredentials(provider, provider, true),
    channelCredentials: (peer) =>
      experimental.createCertificateProviderChannelCredentials(provider, provider, {
        checkServerIdentity: (_host, certificate) => checkPeer(peer, certificate),
      }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The address says nothing about who answers at it; the certificate does. */
function checkPeer(peer: ServiceName, { subjectaltname }: PeerCertificate): Error | undefined {
  if (serviceOf(subjectaltname) === peer) return undefined;
  return new Error(`the server's certificate is not for ${serviceIdentity(peer)}`);
}

async function load({ certFile, keyFile, caFile }: TlsFiles): Promise<Material> {
  const [cert, key, ca] = await Promise.all([readFile(certFile), readFile(keyFile), readFile(caFile)]);
  // Throws when the key does not belong to the certificate, as in the middle of a replacement.
  createSecureContext({ cert, key, ca });
  return { cert, key, ca };
}

function isSame(one: Material, other: Material): boolean {
  return one.cert.equals(other.cert) && one.key.equals(other.key) && one.ca.equals(other.ca);
}

function expiresAtSeconds({ cert }: Material): number {
  return Math.floor(new X509Certificate(cert).validToDate.getTime() / 1000);
}

type CaListener = Parameters<experimental.CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<experimental.CertificateProvider['addIdentityCertificateListener']>[0];

/** What grpc-js asks for certificates; it expects its first answer after its own call has returned. Its own provider for files drops good certificates when a file cannot be read for a moment. */
function createProvider(initial: Material) {
  const caListeners = new Set<CaListener>();
  const identityListeners = new Set<IdentityListener>();
  let material = initial;
  const ca = () => ({ caCertificate: material.ca });
  const identity = () => ({ certificate: material.cert, privateKey: material.key });
  return {
    get material() {
      return material;
    },
    replace(next: Material) {
      material = next;
      for (const listener of caListeners) listener(ca());
      for (const listener of identityListeners) listener(identity());
    },
    addCaCertificateListener(listener: CaListener) {
      caListeners.add(listener);
      process.nextTick(() => listener(ca()));
    },
    removeCaCertificateListener: (listener: CaListener) => void caListeners.delete(listener),
    addIdentityCertificateListener(listener: IdentityListener) {
      identityListeners.add(listener);
      process.nextTick(() => listener(identity()));
    },
    removeIdentityCertificateListener: (listener: IdentityListener) => void identityListeners.delete(listener),
  };
}
