import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OllamaError } from './errors.ts';
import { type PullProgress, readPull } from './read-pull.ts';

async function read(pieces: readonly Uint8Array[]): Promise<PullProgress[]> {
  const filled = pieces.filter(({ length }) => length > 0).map((piece) => Buffer.from(piece));
  const told: PullProgress[] = [];
  for await (const progress of readPull(Readable.from(filled, { objectMode: false }))) told.push(progress);
  return told;
}

const bytes = fc.nat(2 ** 40);
const part = fc.record({
  status: fc.constant('pulling'),
  digest: fc.constantFrom('a', 'b'),
  total: bytes,
  completed: bytes,
});
const phase = fc
  .constantFrom('pulling manifest', 'verifying sha256 digest', 'writing manifest')
  .map((status) => ({ status }));

it('tells the same of a pull however its bytes are cut, and never more than there is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(part, phase)), fc.array(fc.nat(), { maxLength: 20 }), async (lines, cuts) => {
      const whole = Buffer.from([...lines, { status: 'success' }].map((line) => `${JSON.stringify(line)}\n`).join(''));
      const places = [0, ...cuts.map((cut) => cut % whole.length), whole.length].sort((left, right) => left - right);
      const told = await read(places.slice(1).map((place, index) => whole.subarray(places[index], place)));
      expect(told).toEqual(await read([whole]));
      expect(told).toHaveLength(lines.length + 1);
      for (const { completedBytes, totalBytes } of told) expect(completedBytes).toBeLessThanOrEqual(totalBytes);
    }),
  );
});

it('takes anything else for a fault of the server, of which nothing is repeated', async () => {
  const line = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(`${text}\n`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (pieces) => {
      await expect(read(pieces)).rejects.toBeInstanceOf(OllamaError);
    }),
  );
});
