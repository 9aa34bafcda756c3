import { describe, expect, it } from 'vitest';
import { recordSpans } from '../../tests/recorded-spans.ts';
import { createRequestContext } from '../request-context.ts';
import { inTrace } from '../tracing/current-trace.ts';
import { inStatementSpan } from './statement-span.ts';

const sql = "INSERT INTO notes VALUES ('what somebody wrote')";
const insert = {
  name: 'INSERT',
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql', 'db.operation.name': 'INSERT' },
};
const overdue = Object.assign(new Error('what somebody wrote'), { code: '57014' });

/** Runs `work` in a call that is traced, and returns what its spans said. */
async function spansOf(work: () => unknown) {
  const { tracing, spans } = recordSpans();
  await inTrace({ tracing, context: createRequestContext() }, work);
  return spans;
}

describe('a statement of a traced call', () => {
  it.each([
    ['rows', undefined, {}],
    ['an error', overdue, { error: { type: '57014', isFault: true } }],
    ['an error of the connection', new Error('what somebody wrote'), { error: { type: 'unknown', isFault: true } }],
  ])('with a callback is a span that ends with %s', async (_name, error, outcome) => {
    const heard: unknown[] = [];
    const spans = await spansOf(() =>
      inStatementSpan([{ text: sql }, [1], (...answer: unknown[]) => heard.push(...answer)], ([, , callback]) => {
        if (typeof callback === 'function') callback(error, 'rows');
      }),
    );
    expect(heard).toEqual([error, 'rows']);
    expect(spans).toEqual([[insert, outcome]]);
  });

  it.each([
    ['rows', () => Promise.resolve('rows'), {}],
    ['an error', () => Promise.reject(overdue), { error: { type: '57014', isFault: true } }],
  ])('with a promise is a span that ends with %s', async (_name, run, outcome) => {
    const spans = await spansOf(() => Promise.resolve(inStatementSpan([sql], run)).catch(() => undefined));
    expect(spans).toEqual([[insert, outcome]]);
  });

  it.each([
    ['\n  select 1', 'SELECT'],
    ['-- why\nSELECT 1', 'OTHER'],
    [undefined, 'OTHER'],
  ])('%j is named %s', async (statement, name) => {
    const spans = await spansOf(() => inStatementSpan([statement], () => Promise.resolve()));
    expect(spans.map(([options]) => options.name)).toEqual([name]);
  });
});

it('a statement of no call is run as it is', () => {
  const args = [sql, () => undefined];
  expect(inStatementSpan(args, (given) => given)).toBe(args);
});
