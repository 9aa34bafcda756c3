import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceIdentity, serviceNames } from '@chatbot/service-kit';
import { createCertificateAuthority, type KeyPair } from '@chatbot/testkit';

/** Makes what is missing of the authority and a new certificate for each service. Returns what to tell the user. */
export async function makeCertificates({ dir, validDays }: { dir: string; validDays: number }): Promise<string[]> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const existing = await readPair(dir);
  const authority = await createCertificateAuthority(existing);
  if (existing === undefined) {
    await replaceFile(join(dir, 'ca.key'), authority.pair.key, 0o600);
    await replaceFile(join(dir, 'ca.crt'), authority.pair.cert, 0o644);
  }
  for (const name of serviceNames) {
    const folder = join(dir, name);
    await mkdir(folder, { recursive: true });
    const { cert, key } = await authority.issue({
      commonName: name,
      uris: [serviceIdentity(name)],
      dnsNames: [name, 'localhost'],
      validDays,
    });
    // The key first: until the certificate follows, the two do not fit and a service keeps what it has.
    await replaceFile(join(folder, 'tls.key'), key, 0o600);
    await replaceFile(join(folder, 'tls.crt'), cert, 0o644);
    await replaceFile(join(folder, 'ca.crt'), authority.pair.cert, 0o644);
  }
  return [
    `${existing === undefined ? 'made an authority and' : 'kept the authority and made'} certificates for ${serviceNames.join(', ')}`,
    `in ${dir}, good for ${validDays} days`,
  ];
}

async function readPair(dir: string): Promise<KeyPair | undefined> {
  try {
    const [cert, key] = await Promise.all(['ca.crt', 'ca.key'].map((file) => readFile(join(dir, file), 'utf8')));
    return cert === undefined || key === undefined ? undefined : { cert, key };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Renamed into place, so that nobody reads half a file. */
async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, content, { mode });
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}
