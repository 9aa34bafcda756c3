import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTls, serviceNames } from '@chatbot/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../certs/make-certificates.ts';
import { parseCertsOptions } from '../certs/options.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'certs-'));
  await makeCertificates({ dir, validDays: 30 });
});
afterAll(() => rm(dir, { recursive: true }));

function filesOf(name: string) {
  const file = (base: string) => join(dir, name, base);
  return { TLS_CERT_FILE: file('tls.crt'), TLS_KEY_FILE: file('tls.key'), TLS_CA_FILE: file('ca.crt') };
}

describe('pnpm certs', () => {
  it.each(serviceNames)('makes what %s takes in production', async (name) => {
    expect(parseTls({ NODE_ENV: 'production', ...filesOf(name) }, name)).toBeDefined();
    const certificate = new X509Certificate(await readFile(filesOf(name).TLS_CERT_FILE));
    expect(certificate.checkIssued(new X509Certificate(await readFile(join(dir, 'ca.crt'))))).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it('keeps private keys from other users of the machine', async () => {
    for (const file of ['ca.key', 'user-service/tls.key']) {
      expect((await stat(join(dir, file))).mode & 0o077).toBe(0);
    }
  });

  it('renews the certificates and keeps the authority when it runs again', async () => {
    const read = () => Promise.all(['ca.crt', 'ai-service/tls.crt'].map((file) => readFile(join(dir, file), 'utf8')));
    const [authority, certificate] = await read();
    await makeCertificates({ dir, validDays: 60 });
    const [sameAuthority, newCertificate] = await read();
    expect(sameAuthority).toBe(authority);
    expect(newCertificate).not.toBe(certificate);
    expect(parseTls({ NODE_ENV: 'production', ...filesOf('ai-service') }, 'ai-service')).toBeDefined();
  });

  it.each([['0'], ['1.5'], ['soon'], ['99999']])('refuses %s days', (days) => {
    expect(() => parseCertsOptions(['--days', days])).toThrow('--days');
  });
});
