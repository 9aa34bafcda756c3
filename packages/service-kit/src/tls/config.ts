import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { type ServiceName, serviceIdentity, serviceOf } from '../service-name.ts';

/** Where the certificates of a service are. */
export type TlsFiles = { readonly certFile: string; readonly keyFile: string; readonly caFile: string };

/** Variables of a service that talks to others. Spread into its own z.object. */
export const tlsEnv = {
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe('The certificate chain of this service, in PEM; all three TLS files or none, required in production'),
  TLS_KEY_FILE: z.string().optional().describe('The private key of the certificate, in PEM'),
  TLS_CA_FILE: z
    .string()
    .optional()
    .describe('The authority that signed the certificates of all services, in PEM; no other is trusted'),
};

type TlsVariable = keyof typeof tlsEnv;
type TlsValues = {
  readonly [Name in TlsVariable]?: string | undefined;
} & { readonly NODE_ENV: string; readonly GRPC_HOST?: string | undefined };

/**
 * The certificates with which `service` talks to others; undefined for none. Without, calls are in plaintext, so that is refused in production and
 * for a server that others than this machine reach. Throws ConfigError naming each variable at fault.
 */
export function parseTls(values: TlsValues, service: ServiceName): TlsFiles | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CA_FILE: caFile, NODE_ENV, GRPC_HOST } = values;
  if (certFile !== undefined && keyFile !== undefined && caFile !== undefined) {
    const files = { certFile, keyFile, caFile };
    requireUsable(files, service);
    return Object.freeze(files);
  }
  const missing = variables.filter((name) => values[name] === undefined);
  if (missing.length < variables.length) throw problem(missing, 'is required beside the other two TLS files');
  if (NODE_ENV === 'production') throw problem(missing, 'is required in production');
  if (GRPC_HOST !== undefined && !isLoopback(GRPC_HOST)) {
    throw problem(['GRPC_HOST'], 'must be a loopback address when there are no TLS files');
  }
  return undefined;
}

const variables: readonly TlsVariable[] = ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CA_FILE'];

function requireUsable({ certFile, keyFile, caFile }: TlsFiles, service: ServiceName): void {
  const cert = read(certFile, 'TLS_CERT_FILE');
  const key = read(keyFile, 'TLS_KEY_FILE');
  const ca = read(caFile, 'TLS_CA_FILE');
  const holder = serviceOf(usable('TLS_CERT_FILE', () => new X509Certificate(cert).subjectAltName));
  if (holder !== service) throw problem(['TLS_CERT_FILE'], `must be a certificate for ${serviceIdentity(service)}`);
  usable('TLS_CA_FILE', () => new X509Certificate(ca));
  usable('TLS_KEY_FILE', () => createSecureContext({ cert, key, ca }));
}

function read(file: string, variable: TlsVariable): Buffer {
  return usable(variable, () => readFileSync(file));
}

function usable<Result>(variable: TlsVariable, attempt: () => Result): Result {
  try {
    return attempt();
  } catch {
    const mustBe = variable === 'TLS_KEY_FILE' ? 'the private key of the certificate' : 'a certificate';
    throw problem([variable], `must name a readable file with ${mustBe}, in PEM`);
  }
}

function problem(names: readonly string[], message: string): ConfigError {
  return new ConfigError(names.map((variable) => ({ variable, message })));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
