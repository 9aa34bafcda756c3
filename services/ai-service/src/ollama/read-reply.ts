import type { Readable } from 'node:stream';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { parseChatChunk, type ReplyEnd } from './chat-chunk.ts';
import { OllamaError } from './errors.ts';
import type { Gathering } from './gathering.ts';
import { LineSplitter } from './line-splitter.ts';

/** What came of a reply at a time. */
export type ReplyPart = {
  /** Empty while the model thinks, and often in the last part. */
  readonly text: string;
  /** How many objects of the stream it came in. Each holds about a token: the only count there is until the end is known. */
  readonly chunkCount: number;
  readonly end?: ReplyEnd;
};

/** Far above what the largest max_tokens of a request gives; a reply beyond them is a fault. */
const replyCharactersMax = 1024 * 1024;
const replyBytesMax = 64 * 1024 * 1024;

/**
 * Reads the stream of /api/chat: one JSON object a line. The first text is yielded at once; after that, whatever has arrived in
 * the same turn of the event loop, or while the reply gathers, is joined into one part, which saves most of the cost of a token.
 * Aborting the signal ends a pause. Nothing is read while nobody asks, so a slow reader slows the model server down. The last part has `end`.
 * No part splits a code point; what is no well-formed Unicode becomes U+FFFD. Throws OllamaError, and what the body throws; text
 * that came before the fault is yielded first.
 */
export async function* readReply(
  body: Readable,
  { gathering, signal }: { gathering: Gathering; signal: AbortSignal },
): AsyncGenerator<ReplyPart, void> {
  const lines = new LineSplitter();
  const text = new WholeCodePoints();
  let characterCount = 0;
  let byteCount = 0;
  // The iterator reads all that is buffered at once.
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = piece;
    byteCount += bytes.length;
    const { pieces, chunkCount, end, fault } = parseLines(lines.push(bytes));
    const joined = end === undefined ? text.push(pieces) : text.push(pieces) + text.flush();
    characterCount += joined.length;
    if (characterCount > replyCharactersMax || byteCount > replyBytesMax) throw new OllamaError('too-long');
    if (chunkCount > 0 || end !== undefined) yield { text: joined, chunkCount, ...(end === undefined ? {} : { end }) };
    if (fault !== undefined) throw fault;
    if (end !== undefined) return;
    const pauseMs = gathering.pauseMsAfter(chunkCount);
    // A reply that is given up fails at the next read, with the reason for it.
    await (pauseMs === 0 ? setImmediate() : delay(pauseMs, undefined, { signal }).catch(() => undefined));
  }
  throw new OllamaError('cut-off');
}

/** The text of the lines up to the end or the first fault; later lines do not count. */
function parseLines(lines: Iterable<string>): {
  pieces: string;
  chunkCount: number;
  end?: ReplyEnd;
  fault?: unknown;
} {
  let pieces = '';
  let chunkCount = 0;
  try {
    for (const line of lines) {
      const chunk = parseChatChunk(line);
      pieces += chunk.text;
      if (chunk.end !== undefined) return { pieces, chunkCount, end: chunk.end };
      chunkCount += 1;
    }
    return { pieces, chunkCount };
  } catch (fault) {
    return { pieces, chunkCount, fault };
  }
}

/** Holds back the first half of a surrogate pair until the second one is there. */
class WholeCodePoints {
  #held = '';

  push(piece: string): string {
    const text = this.#held + piece;
    const last = text.charCodeAt(text.length - 1);
    const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
    this.#held = isHighSurrogate ? text.slice(-1) : '';
    return (isHighSurrogate ? text.slice(0, -1) : text).toWellFormed();
  }

  flush(): string {
    const rest = this.#held.toWellFormed();
    this.#held = '';
    return rest;
  }
}
