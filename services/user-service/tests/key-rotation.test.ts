import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAccessTokenVerifier, fetchJwks } from '@chatbot/service-kit';
import { waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callOptions, registerSomebody, startTestUserService, type TestUserService } from './harness.ts';

const minuteMs = 60_000;

let folder: string;
let service: TestUserService;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signing-keys-'));
  await addKey('20260101T000000Z.pem');
  service = await startTestUserService({ SIGNING_KEY_FILE: folder });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function addKey(name: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(path.join(folder, name), privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

const nameOfNow = () => `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.pem`;
const loadKeys = () => fetchJwks(`${service.metricsUrl}/.well-known/jwks.json`)();
const published = async () => (await loadKeys()).keys.map(({ kid }) => kid);
const keyIdOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

async function newestKeySeconds() {
  const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text();
  return Number(/^signing_key_created_timestamp_seconds\S* (\S+)$/m.exec(metrics)?.[1]);
}

async function publishes(count: number) {
  await waitFor(async () => (await published()).length === count, {
    description: `${count} keys are published`,
    timeoutMs: 20_000,
  });
}

const works = (token: string) => service.client.unary('GetUser', {}, callOptions(token));

it('goes through next, current and retired without refusing a token', async () => {
  // The one that has been here from the start, and has every token in its cache.
  const verifier = createAccessTokenVerifier(loadKeys);
  const before = (await registerSomebody(service)).accessToken;
  await verifier.verify(before);

  expect(await newestKeySeconds()).toBe(Date.UTC(2026, 0) / 1000);

  await addKey(nameOfNow());
  await publishes(2);
  expect(Date.now() / 1000 - (await newestKeySeconds())).toBeLessThan(600);
  const meanwhile = (await registerSomebody(service)).accessToken;
  expect(keyIdOf(meanwhile)).toBe(keyIdOf(before));

  service.advance(31 * minuteMs);
  const after = (await registerSomebody(service)).accessToken;
  expect(keyIdOf(after)).not.toBe(keyIdOf(before));
  expect(await published()).toContain(keyIdOf(after));
  for (const token of [before, meanwhile, after]) await expect(works(token)).resolves.toBeDefined();
  await expect(verifier.verify(meanwhile)).resolves.toBeDefined();
  await waitFor(() => verifier.verify(after), {
    description: 'a verifier of before has the new key',
    timeoutMs: 20_000,
  });

  await rm(path.join(folder, '20260101T000000Z.pem'));
  await publishes(1);
  await expect(works((await registerSomebody(service)).accessToken)).resolves.toBeDefined();
});

it('goes on with the keys of before when the folder holds something else, and says so', async () => {
  const keys = await published();
  await writeFile(path.join(folder, 'junk.pem'), 'sesame');
  await waitFor(() => service.logs().includes('"job":"read signing keys"'), {
    description: 'the failure is logged',
    timeoutMs: 20_000,
  });
  expect(service.logs()).not.toContain('sesame');
  expect(await published()).toEqual(keys);
  await expect(works((await registerSomebody(service)).accessToken)).resolves.toBeDefined();
  await rm(path.join(folder, 'junk.pem'));
  expect(await readdir(folder)).toHaveLength(1);
});
