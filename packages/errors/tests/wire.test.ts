import { userServiceDefinition } from '@chatbot/proto';
import { Client, credentials, Metadata, Server, ServerCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError, catalogue, fromGrpcError, isErrorReason, toGrpcError, toProblem } from '../src/index.ts';

// One rpc of a real server that fails with whatever `failure` is, and a real client: what is lost on the wire is lost here.

let failure: object;
let server: Server;
let client: Client;
const method = userServiceDefinition.GetUser;

beforeAll(async () => {
  server = new Server();
  server.addService(
    { GetUser: method },
    { GetUser: (_call: unknown, callback: sendUnaryData<object>) => callback(failure) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

async function overTheWire(thrown: object): Promise<AppError> {
  failure = thrown;
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error) => {
      if (error === null) reject(new Error('the call succeeded'));
      else resolve(fromGrpcError(error));
    });
  });
}

const reasons = Object.keys(catalogue).filter(isErrorReason);

it.each(reasons)('%s arrives with its detail, fields, delay and metadata, and without its cause', async (reason) => {
  const sent = new AppError(reason, {
    detail: 'Détail für Menschen ✓',
    violations: [
      { field: 'params.temperature', message: 'too high' },
      { field: '', message: 'ungültig' },
    ],
    retryAfterMs: 1_250,
    metadata: { version: '7', 'naïve key': 'value' },
    cause: new Error('canary'),
  });
  const received = await overTheWire(toGrpcError(sent));
  expect(toProblem(received)).toEqual(toProblem(sent));
  expect(received).toMatchObject({
    reason,
    detail: sent.detail,
    violations: sent.violations,
    retryAfterMs: 1_250,
    metadata: sent.metadata,
  });
  expect(received.cause).toMatchObject({ code: catalogue[reason].code });
  expect(JSON.stringify(received.cause)).not.toContain('canary');
});

it.each(reasons)('%s arrives with its title when nothing else was said', async (reason) => {
  const received = await overTheWire(toGrpcError(new AppError(reason)));
  expect(toProblem(received)).toEqual(toProblem(new AppError(reason)));
});

it.each([
  [status.UNAVAILABLE, 'UNAVAILABLE'],
  [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'],
  [status.CANCELLED, 'CANCELLED'],
  [status.RESOURCE_EXHAUSTED, 'OVERLOADED'],
  [status.INTERNAL, 'INTERNAL'],
  [status.UNKNOWN, 'INTERNAL'],
  [status.NOT_FOUND, 'INTERNAL'],
  [status.UNAUTHENTICATED, 'INTERNAL'],
])('status %i of a stranger becomes %s, and its text is not passed on', async (code, reason) => {
  const received = await overTheWire({ code, details: 'canary' });
  expect(received.reason).toBe(reason);
  expect(received.detail).not.toContain('canary');
});

it.each([
  ['junk', Buffer.from('junk')],
  ['nothing', Buffer.alloc(0)],
])('details that are %s leave what the status says', async (_name, bytes) => {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', bytes);
  const received = await overTheWire({ code: status.UNAVAILABLE, details: 'canary', metadata });
  expect(received.reason).toBe('UNAVAILABLE');
});

it('details of any bytes are read as an error, whose reason is one of the catalogue', () => {
  const made = toGrpcError(new AppError('QUOTA_EXCEEDED', { detail: 'whole', retryAfterMs: 1 })).metadata?.get(
    'grpc-status-details-bin',
  )[0];
  const whole = Buffer.isBuffer(made) ? made : Buffer.alloc(0);
  expect(whole.length).toBeGreaterThan(0);
  const damaged = fc
    .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
    .map(([at, byte, end]) => Buffer.from(whole.with(at, byte).subarray(0, end)));
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array().map(Buffer.from)), (bytes) => {
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', bytes);
      const thrown = Object.assign(new Error('failed'), { code: status.UNAVAILABLE, details: 'failed', metadata });
      expect(isErrorReason(fromGrpcError(thrown).reason)).toBe(true);
    }),
  );
});
