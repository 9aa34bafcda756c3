import { expect, it } from 'vitest';
import { testBackends, waitFor } from '../src/index.ts';

it('returns what the condition returned once it is met', async () => {
  let count = 0;
  const result = await waitFor(() => (++count < 3 ? undefined : { count }), { description: 'three' });
  expect(result).toEqual({ count: 3 });
});

it('fails with the description and the last error of the condition', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('not there')), { description: 'it is there', timeoutMs: 30 });
  await expect(waiting).rejects.toMatchObject({
    message: 'not within 30 ms: it is there',
    cause: { message: 'not there' },
  });
});

it.each([
  [{}, 'embedded'],
  [{ TEST_BACKENDS: 'embedded' }, 'embedded'],
  [{ TEST_BACKENDS: 'real' }, 'real'],
])('reads the backends from %j', (env, expected) => {
  expect(testBackends(env)).toBe(expected);
});

it('refuses backends that do not exist', () => {
  expect(() => testBackends({ TEST_BACKENDS: 'reel' })).toThrow('TEST_BACKENDS must be embedded or real, not reel');
});
