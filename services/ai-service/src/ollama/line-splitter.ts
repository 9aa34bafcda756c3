import { StringDecoder } from 'node:string_decoder';
import { OllamaError } from './errors.ts';

/** Far above what any object of a stream needs. */
const lineCharactersMax = 1024 * 1024;

/** Cuts bytes into lines without their ends; keeps the line that is not complete. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Yields the lines that are complete now, without the empty ones. */
  *push(bytes: Buffer): Generator<string> {
    const text = this.#rest + this.#decoder.write(bytes);
    let start = 0;
    // Only the new part can hold the end of the line that was begun.
    let end = text.indexOf('\n', this.#rest.length);
    while (end !== -1) {
      const line = text.slice(start, end).trim();
      if (line !== '') yield line;
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > lineCharactersMax) throw new OllamaError('malformed');
  }
}
