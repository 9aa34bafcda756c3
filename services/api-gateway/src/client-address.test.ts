import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createClientAddress } from './client-address.ts';

function request(forwardedFor?: string): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.1' });
  const message = new IncomingMessage(socket);
  if (forwardedFor !== undefined) message.headers['x-forwarded-for'] = forwardedFor;
  return message;
}

it.each([
  ['nobody is trusted', 0, '203.0.113.9', '10.0.0.1'],
  ['one proxy is trusted', 1, '203.0.113.9', '203.0.113.9'],
  ['one proxy is trusted and the client made up another', 1, '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['its subnet is trusted', '10.0.0.0/8', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['another subnet is trusted', '192.168.0.0/16, loopback', '203.0.113.9', '10.0.0.1'],
  ['there is no header', 1, undefined, '10.0.0.1'],
])('when %s, the address is the right one', (_case, trustProxy, forwardedFor, expected) => {
  expect(createClientAddress(trustProxy)(request(forwardedFor))).toBe(expected);
});
