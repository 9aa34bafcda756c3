import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificateAuthority } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTls, serviceIdentity } from '../src/index.ts';

let folder: string;
let good: { TLS_CERT_FILE: string; TLS_KEY_FILE: string; TLS_CA_FILE: string };
let otherKey: string;
let junk: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tls-config-'));
  const authority = await createCertificateAuthority();
  const [pair, other] = await Promise.all(
    [1, 2].map(() => authority.issue({ commonName: 'x', uris: [serviceIdentity('ai-service')] })),
  );
  const write = async (name: string, content = '') => {
    await writeFile(path.join(folder, name), content);
    return path.join(folder, name);
  };
  good = {
    TLS_CERT_FILE: await write('cert', pair?.cert),
    TLS_KEY_FILE: await write('key', pair?.key),
    TLS_CA_FILE: await write('ca', authority.pair.cert),
  };
  otherKey = await write('other', other?.key);
  junk = await write('junk', 'sesame');
});
afterAll(() => rm(folder, { recursive: true }));

const parse = (values: object, nodeEnv = 'development') =>
  parseTls({ NODE_ENV: nodeEnv, GRPC_HOST: '127.0.0.1', ...values }, 'ai-service');

describe('the TLS files of a service', () => {
  it('are all three or none', () => {
    expect(parse(good, 'production')).toEqual({
      certFile: good.TLS_CERT_FILE,
      keyFile: good.TLS_KEY_FILE,
      caFile: good.TLS_CA_FILE,
    });
    expect(parse({})).toBeUndefined();
    expect(() => parse({ TLS_KEY_FILE: good.TLS_KEY_FILE })).toThrow(
      /TLS_CERT_FILE: is required beside.*\n.*TLS_CA_FILE: is required beside/,
    );
  });

  it('are required in production', () => {
    expect(() => parse({}, 'production')).toThrow(
      /TLS_CERT_FILE.*\n.*TLS_KEY_FILE.*\n.*TLS_CA_FILE: is required in prod/,
    );
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'chat-service', '127.evil.example'])(
    'are required for a server at %s, which others than this machine may reach',
    (host) => {
      expect(() => parse({ GRPC_HOST: host })).toThrow('GRPC_HOST: must be a loopback address');
      expect(parse({ ...good, GRPC_HOST: host })).toBeDefined();
    },
  );

  it.each([
    [
      'a certificate that is missing',
      () => ({ TLS_CERT_FILE: '/nowhere' }),
      'TLS_CERT_FILE: must name a readable file',
    ],
    ['a certificate that is none', () => ({ TLS_CERT_FILE: junk }), 'TLS_CERT_FILE: must name a readable file'],
    ['an authority that is none', () => ({ TLS_CA_FILE: junk }), 'TLS_CA_FILE: must name a readable file'],
    ['the key of another certificate', () => ({ TLS_KEY_FILE: otherKey }), 'TLS_KEY_FILE: must name a readable file'],
    ['the certificate of no service', () => ({ TLS_CERT_FILE: good.TLS_CA_FILE }), 'spiffe://chatbot/ai-service'],
  ])('are refused with %s, without a word of what is in them', (_case, wrong, message) => {
    expect(() => parse({ ...good, ...wrong() })).toThrow(message);
    expect(() => parse({ ...good, ...wrong() })).not.toThrow(/sesame/);
  });

  it('are refused when they are for another service', () => {
    expect(() => parseTls({ NODE_ENV: 'production', ...good }, 'chat-service')).toThrow(
      'TLS_CERT_FILE: must be a certificate for spiffe://chatbot/chat-service',
    );
  });
});
