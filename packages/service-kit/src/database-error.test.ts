import { AppError } from '@chatbot/errors';
import { expect, it } from 'vitest';
import { databaseError } from './database-error.ts';

function fromDriver(cause: { kind: string; originalCode?: string; originalMessage?: string }) {
  return Object.assign(new Error(`Raw query failed: ${cause.originalMessage}`), {
    code: 'P2010',
    meta: { driverAdapterError: { cause } },
  });
}

it.each([
  ['a refused connection', fromDriver({ kind: 'DatabaseNotReachable' }), 'UNAVAILABLE'],
  ['a reset connection', fromDriver({ kind: 'ConnectionClosed' }), 'UNAVAILABLE'],
  ['too many connections', fromDriver({ kind: 'TooManyConnections', originalCode: '53300' }), 'UNAVAILABLE'],
  ['a shutdown', fromDriver({ kind: 'postgres', originalCode: '57P01' }), 'UNAVAILABLE'],
  ['a start', fromDriver({ kind: 'postgres', originalCode: '57P03' }), 'UNAVAILABLE'],
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect'), 'UNAVAILABLE'],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'UNAVAILABLE'],
  ['a socket error', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'UNAVAILABLE'],
  ['a client that never connected', Object.assign(new Error(), { code: 'P1001' }), 'UNAVAILABLE'],
  ['a statement timeout', fromDriver({ kind: 'postgres', originalCode: '57014' }), 'DEADLINE_EXCEEDED'],
  ['no answer', new Error('Query read timeout'), 'DEADLINE_EXCEEDED'],
  ['a broken constraint', fromDriver({ kind: 'postgres', originalCode: '23514' }), 'INTERNAL'],
  ['a fault of ours', new TypeError('x is not a function'), 'INTERNAL'],
  ['nothing at all', undefined, 'INTERNAL'],
])('maps %s', (_name, thrown, reason) => {
  expect(databaseError(thrown).reason).toBe(reason);
});

it('keeps what is an AppError already', () => {
  const error = new AppError('RESOURCE_NOT_FOUND');
  expect(databaseError(error)).toBe(error);
});

it('keeps the SQLSTATE and nothing that Postgres or Prisma quote', () => {
  const thrown = fromDriver({
    kind: 'postgres',
    originalCode: '23514',
    originalMessage: 'Failing row contains (canary)',
  });
  const { cause } = databaseError(thrown);
  expect(cause).toMatchObject({ message: 'Postgres failed: postgres 23514' });
  expect(JSON.stringify(cause, Object.getOwnPropertyNames(cause))).not.toContain('canary');
});
