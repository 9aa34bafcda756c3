export type DoneReason = 'stop' | 'length';

/**
 * Returns what is left of a reply after a part that the client already has, as Ollama continues a trailing assistant
 * message. When the part is not how the reply begins, the whole reply follows it.
 */
export function continueAfter(tokens: Iterable<string>, part: string): Iterable<string> {
  return part !== '' && beginsWith(tokens, part) ? { [Symbol.iterator]: () => skip(tokens, part.length) } : tokens;
}

export interface ReplyLimits {
  /** Most tokens to yield; Infinity for no limit. */
  readonly tokensMax: number;
  /** Texts that end the reply and are not part of it. */
  readonly stop: readonly string[];
}

/** Yields a reply within its limits, and returns why it ended. A limit that is reached counts even at the natural end. */
export function* limitReply(tokens: Iterable<string>, limits: ReplyLimits): Generator<string, DoneReason> {
  let taken = 0;
  let held = '';
  for (const token of tokens) {
    held += token;
    const end = firstIndexOf(held, limits.stop);
    if (end >= 0) {
      if (end > 0) {
        yield held.slice(0, end);
      }
      return 'stop';
    }
    taken += 1;
    const ready = taken >= limits.tokensMax ? held.length : held.length - heldBack(held, limits.stop);
    if (ready > 0) {
      yield held.slice(0, ready);
      held = held.slice(ready);
    }
    if (taken >= limits.tokensMax) {
      return 'length';
    }
  }
  if (held !== '') {
    yield held;
  }
  return 'stop';
}

function beginsWith(tokens: Iterable<string>, part: string): boolean {
  let offset = 0;
  for (const token of tokens) {
    if (!token.startsWith(part.slice(offset, offset + token.length))) {
      return false;
    }
    offset += token.length;
    if (offset >= part.length) {
      return true;
    }
  }
  return false;
}

function* skip(tokens: Iterable<string>, length: number): Generator<string> {
  let left = length;
  for (const token of tokens) {
    if (left < token.length) {
      yield token.slice(left);
    }
    left = Math.max(0, left - token.length);
  }
}

function firstIndexOf(text: string, stop: readonly string[]): number {
  const found = stop.map((end) => text.indexOf(end)).filter((index) => index >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** Returns how many characters at the end of the text may be the beginning of a stop text. */
function heldBack(text: string, stop: readonly string[]): number {
  let longest = 0;
  for (const end of stop) {
    for (let length = Math.min(end.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(end.slice(0, length))) {
        longest = length;
      }
    }
  }
  return longest;
}
