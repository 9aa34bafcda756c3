import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { environmentTable, serviceIdentity } from '@chatbot/service-kit';
import { createCertificateAuthority } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envShape, loadUserServiceConfig } from '../src/config.ts';
import { createSigningKeyFile, secondFactorKey } from './harness.ts';

let signingKeyFile: string;
let otherCurveFile: string;
let junkFile: string;
let tls: Record<string, string>;
beforeAll(async () => {
  signingKeyFile = await createSigningKeyFile();
  otherCurveFile = await createSigningKeyFile('P-384');
  junkFile = path.join(path.dirname(otherCurveFile), 'junk.pem');
  await writeFile(junkFile, 'sesame');
  tls = await writeCertificates(path.dirname(otherCurveFile));
});
afterAll(async () => {
  for (const file of [signingKeyFile, otherCurveFile]) await rm(path.dirname(file), { recursive: true });
});

const minimal = () => ({
  DATABASE_URL: 'postgres://localhost/users',
  REDIS_URL: 'redis://localhost',
  SIGNING_KEY_FILE: signingKeyFile,
  SECOND_FACTOR_KEYS: secondFactorKey,
});

describe('loadUserServiceConfig', () => {
  it('needs a database, redis and keys, and has defaults for the rest', () => {
    const config = loadUserServiceConfig(minimal());
    expect(config.rpc).toEqual({ host: '127.0.0.1', port: 50_051 });
    expect(config.admin.port).toBe(9101);
    expect(config.tokens).toMatchObject({ accessTokenSeconds: 900, refreshTokenSeconds: 30 * 86_400 });
    expect(config.tokens.signingKeyFile).toBe(signingKeyFile);
  });

  it('names every variable that is missing or wrong at once, and never a value', () => {
    const wrong = {
      NODE_ENV: 'sesame',
      LOG_LEVEL: 'sesame',
      GRPC_PORT: 'sesame',
      METRICS_PORT: '70000',
      SHUTDOWN_GRACE_MS: '1',
      DATABASE_URL: 'http://sesame',
      DATABASE_POOL_MAX: '0',
      DATABASE_STATEMENT_TIMEOUT_MS: 'sesame',
      REDIS_URL: 'http://sesame',
      SIGNING_KEY_FILE: '/sesame',
      SECOND_FACTOR_KEYS: `${'x'.repeat(32)},sesame`,
      ACCESS_TOKEN_SECONDS: '1',
      REFRESH_TOKEN_SECONDS: '1',
      ACCOUNT_REMOVAL_GRACE_SECONDS: '-1',
      SETUP_TOKEN: 'sesame',
      SIGN_IN_FAILURES_MAX: '1',
      BCRYPT_COST: '9',
      PASSWORD_HASHES_MAX: '0',
      PASSWORD_QUEUE_MAX: '-1',
    };
    const load = () => loadUserServiceConfig(wrong);
    for (const variable of Object.keys(wrong)) expect(load).toThrow(`${variable}:`);
    expect(load).not.toThrow(/sesame/);
    expect(() => loadUserServiceConfig({})).toThrow(
      /DATABASE_URL: is required\n {2}REDIS_URL: is required\n {2}SIGNING_KEY_FILE: is required\n {2}SECOND_FACTOR_KEYS: is required/,
    );
  });

  it.each([
    ['development', undefined, 10],
    ['test', '4', 4],
    ['production', undefined, 12],
    ['production', '10', 10],
  ])('in %s with BCRYPT_COST %s hashes with cost %i', (nodeEnv, cost, expected) => {
    const config = loadUserServiceConfig({ ...minimal(), ...tls, NODE_ENV: nodeEnv, BCRYPT_COST: cost });
    expect(config.passwords.cost).toBe(expected);
  });

  it.each(['development', 'production'])('refuses a cheap hash in %s', (nodeEnv) => {
    expect(() => loadUserServiceConfig({ ...minimal(), NODE_ENV: nodeEnv, BCRYPT_COST: '4' })).toThrow('BCRYPT_COST');
  });

  it.each([
    ['on another curve', () => otherCurveFile, 'must hold a key on the elliptic curve P-256'],
    ['that is none', () => junkFile, 'must name a readable file'],
    ['that is missing', () => '/nowhere/key.pem', 'must name a readable file'],
  ])('refuses a key %s and says why', (_name, file, message) => {
    expect(() => loadUserServiceConfig({ ...minimal(), SIGNING_KEY_FILE: file() })).toThrow(
      `SIGNING_KEY_FILE: ${message}`,
    );
  });
});

it('the README shows the variables as they are', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(environmentTable(envShape));
});

/** The TLS files that production needs, in that folder, by their variables. */
async function writeCertificates(folder: string): Promise<Record<string, string>> {
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issue({ commonName: 'x', uris: [serviceIdentity('user-service')] });
  const contents = { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CA_FILE: authority.pair.cert };
  for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content);
  return Object.fromEntries(Object.keys(contents).map((name) => [name, path.join(folder, name)]));
}
