import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRequestContext, traceIdOf } from './request-context.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('createRequestContext', () => {
  it.each(['a', 'A.b:c_d-9', 'x'.repeat(128)])('accepts the request id %s', (requestId) => {
    expect(createRequestContext({ requestId }).requestId).toBe(requestId);
  });

  it.each(['', ' a', 'a b', 'a\n', 'a\r\nx: y', 'ä', '<script>', '../x', 'x'.repeat(129)])(
    'replaces the request id %j',
    (requestId) => {
      expect(createRequestContext({ requestId }).requestId).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('accepts a well-formed trace and knows its id', () => {
    const context = createRequestContext({ traceparent });
    expect(context.traceparent).toBe(traceparent);
    expect(traceIdOf(context)).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it.each([
    '',
    traceparent.toUpperCase(),
    `${traceparent}\n`,
    traceparent.replace('00-', 'ff-'),
    traceparent.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    traceparent.replace('00f067aa0ba902b7', '0'.repeat(16)),
    traceparent.slice(1),
  ])('replaces the trace %j', (bad) => {
    const made = createRequestContext({ traceparent: bad }).traceparent;
    expect(made).not.toBe(bad);
    expect(createRequestContext({ traceparent: made }).traceparent).toBe(made);
  });

  it('makes of anything a context that is safe in a header and in a log line', () => {
    const near = fc.tuple(fc.constant(traceparent), fc.nat(60), fc.string({ unit: 'binary' }));
    const trace = fc.oneof(
      fc.string({ unit: 'binary' }),
      near.map(([text, at, junk]) => text.slice(0, at) + junk + text.slice(at)),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), trace, (requestId, text) => {
        const context = createRequestContext({ requestId, traceparent: text });
        expect(context.requestId).toMatch(/^[\w.:-]{1,128}$/);
        expect(context.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/);
      }),
    );
  });

  it('makes other ids for every request', () => {
    const [one, other] = [createRequestContext(), createRequestContext()];
    expect(one.requestId).not.toBe(other.requestId);
    expect(traceIdOf(one)).not.toBe(traceIdOf(other));
  });
});
