import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Calls back for each line of a stream, also for a last one without an end. */
export function splitLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}
