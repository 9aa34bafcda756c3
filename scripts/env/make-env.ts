import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '@chatbot/service-kit';
import { makeCertificates } from '../certs/make-certificates.ts';
import { ensureFirstKey } from '../start/signing-key.ts';
import type { EnvOptions } from './options.ts';

/** Passwords of the backing services, hexadecimal, because they are part of URLs; what makes the first administrator, and what seals second factors. */
const passwords = [
  'SETUP_TOKEN',
  'SECOND_FACTOR_KEYS',
  'POSTGRES_PASSWORD',
  'USERS_DATABASE_PASSWORD',
  'CHAT_DATABASE_PASSWORD',
  'REDIS_PASSWORD',
  'GRAFANA_ADMIN_PASSWORD',
];
const validDays = 365;

/** Makes .env and .compose/ in a folder, keeping every value that is there. Returns what to tell the user. */
export async function makeEnv(options: EnvOptions): Promise<string[]> {
  mkdirSync(options.dir, { recursive: true });
  const envFile = join(options.dir, '.env');
  const existing = existsSync(envFile) ? readFileSync(envFile, 'utf8') : '';
  const added = addMissing(existing, wantedValues(options));
  // Renamed into place, so that nobody reads half a file.
  writeFileSync(`${envFile}.new`, `${existing}${added}`, { mode: 0o600 });
  renameSync(`${envFile}.new`, envFile);
  const notes = await makeSecrets(join(options.dir, '.compose'));
  return [`${existing === '' ? 'made' : added === '' ? 'kept' : 'added to'} ${envFile}`, ...notes];
}

function wantedValues({ modelServer, scale, observability, port }: EnvOptions): Record<string, string> {
  const profiles = [modelServer, ...(scale ? ['scale'] : []), ...(observability ? ['observability'] : [])];
  return {
    COMPOSE_PROFILES: profiles.join(','),
    PORT: String(port),
    PUBLIC_ORIGINS: `http://localhost:${port},http://127.0.0.1:${port}`,
    ...(modelServer === 'demo' ? { DEFAULT_MODEL: 'demo:latest' } : {}),
    ...Object.fromEntries(passwords.map((name) => [name, randomBytes(24).toString('hex')])),
  };
}

function addMissing(existing: string, wanted: Readonly<Record<string, string>>): string {
  const known = new Set([...existing.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name));
  const lines = Object.entries(wanted).flatMap(([name, value]) => (known.has(name) ? [] : [`${name}=${value}\n`]));
  const separator = existing === '' || existing.endsWith('\n') || lines.length === 0 ? '' : '\n';
  return separator + lines.join('');
}

/**
 * The services run in their containers as a user that this machine does not have, so the files are readable for all; the folder above them is for
 * its owner alone, and a container sees only what is mounted into it.
 */
async function makeSecrets(dir: string): Promise<string[]> {
  const keys = join(dir, 'keys');
  const certs = join(dir, 'certs');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  mkdirSync(keys, { recursive: true });
  ensureFirstKey(keys, new Date());
  const notes = await makeCertificates({ dir: certs, validDays });
  for (const key of readdirSync(keys)) chmodSync(join(keys, key), 0o644);
  for (const service of serviceNames) chmodSync(join(certs, service, 'tls.key'), 0o644);
  return notes;
}
