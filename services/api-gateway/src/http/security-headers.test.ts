import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { securityHeaders } from './security-headers.ts';

async function headersOf(options: { https: boolean }): Promise<Headers> {
  const app = express().use(securityHeaders(options));
  app.get('/', (_request, response) => void response.send('hello'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { headers } = await fetch(`http://127.0.0.1:${port}/`);
  await new Promise((resolve) => server.close(resolve));
  return headers;
}

it('keeps the page apart from others, its types as they are said, and where one comes from to itself', async () => {
  expect(Object.fromEntries(await headersOf({ https: false }))).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  });
});

it('has browsers keep to https for a year in production, and nowhere else', async () => {
  const header = 'strict-transport-security';
  expect((await headersOf({ https: true })).get(header)).toBe('max-age=31536000; includeSubDomains');
  expect((await headersOf({ https: false })).get(header)).toBeNull();
});
