import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, in PEM. */
export type KeyPair = { readonly cert: string; readonly key: string };

export type CertificateAuthority = {
  /** The certificate that others trust, and the key that signs. */
  readonly pair: KeyPair;
  /** A certificate for servers and clients. `uris` and `dnsNames` become its subject alternative names. */
  issue(options: IssueOptions): Promise<KeyPair>;
};

export type IssueOptions = {
  commonName: string;
  uris?: readonly string[];
  dnsNames?: readonly string[];
  /** Default 365; negative ones give a certificate that has ended. */
  validDays?: number;
};

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const authorityDays = 3_650;
const certificateDays = 365;

/** Makes an authority of one's own, or takes up one that was made before. For development and tests: its key lies in a file. */
export async function createCertificateAuthority(existing?: KeyPair): Promise<CertificateAuthority> {
  const pair = existing ?? (await selfSign());
  const issuer = new X509Certificate(pair.cert);
  const signingKey = await importKey(pair.key);
  return {
    pair,
    async issue({ commonName, uris = [], dnsNames = [], validDays = certificateDays }) {
      const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...uris.map((value) => ({ type: 'url' as const, value })),
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
      ];
      const certificate = await X509CertificateGenerator.create({
        ...validity(validDays),
        serialNumber: serialNumber(),
        subject: [{ CN: [commonName] }],
        issuer: issuer.subject,
        signingAlgorithm: algorithm,
        signingKey,
        publicKey: await importPublicKey(key.publicKey),
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
        ],
      });
      return { cert: certificate.toString('pem'), key: toPem(key.privateKey) };
    },
  };
}

async function selfSign(): Promise<KeyPair> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = toPem(privateKey);
  const keys = { privateKey: await importKey(key), publicKey: await importPublicKey(publicKey) };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(authorityDays),
    serialNumber: serialNumber(),
    name: [{ CN: ['Chatbot development authority'] }],
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key };
}

/** It begins five minutes ago: the clocks of two machines are never quite the same. */
function validity(days: number) {
  const nowMs = Date.now();
  return {
    notBefore: new Date(nowMs + Math.min(0, days - 1) * dayMs - 300_000),
    notAfter: new Date(nowMs + days * dayMs),
  };
}

/** 126 bits, so that it is positive and short enough for RFC 5280. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x20;
  return bytes.toString('hex');
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function importKey(pem: string) {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  return crypto.subtle.importKey('pkcs8', Buffer.from(base64, 'base64'), algorithm, false, ['sign']);
}

function importPublicKey(key: KeyObject) {
  return crypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), algorithm, true, ['verify']);
}
