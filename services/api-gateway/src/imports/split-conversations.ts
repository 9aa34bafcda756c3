import { AppError } from '@chatbot/errors';

/** One conversation of a file, as it stands there; or why it was not kept. */
export type SplitItem =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'too-deep' };

export type ConversationSplitter = {
  /** The conversations that are whole now. Throws VALIDATION_FAILED for what cannot be an export. */
  push(chunk: Buffer): SplitItem[];
  /** Throws VALIDATION_FAILED when the file ends too early. */
  end(): void;
};

export type SplitLimits = { readonly itemBytesMax: number; readonly depthMax: number };

/**
 * Cuts an export file into its conversations without holding more than one of them: the elements of an array, or of the array "conversations" of an
 * object, or else the object itself. It looks at brackets and quotation marks alone (they are single bytes in UTF-8); whoever reads a
 * conversation finds out whether it is JSON.
 */
export function createConversationSplitter({ itemBytesMax, depthMax }: SplitLimits): ConversationSplitter {
  let place: 'before' | 'object' | 'items' | 'after' = 'before';
  /** Open brackets. */
  let depth = 0;
  /** So many are open around an item. */
  let itemDepth = 0;
  let inString = false;
  let escaped = false;
  let item: Item | undefined;
  /** The last text and the last key directly inside the outermost object. */
  let text = '';
  let key = '';

  function push(chunk: Buffer): SplitItem[] {
    const found: SplitItem[] = [];
    if (item !== undefined) item.start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (inString) readString(byte);
      else readStructure({ byte, index, chunk, found });
    }
    if (item !== undefined) keep(item, chunk.subarray(item.start));
    return found;
  }

  function readString(byte: number) {
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) inString = false;
    if (place === 'object' && depth === 1 && inString && text.length < keyLengthMax) text += String.fromCharCode(byte);
  }

  function readStructure({ byte, index, chunk, found }: Position) {
    if (isSpace(byte) || (place === 'before' && isByteOrderMark(byte))) return;
    if (place === 'before') return begin(byte, index);
    if (place === 'after') return;
    const isBoundary = place === 'items' && depth === itemDepth;
    if (isBoundary && item === undefined && byte !== comma && byte !== closeArray) {
      item = { parts: [], bytes: 0, start: index, isTooDeep: false };
    }
    switch (byte) {
      case quote:
        inString = true;
        text = '';
        return;
      case comma:
        // Only what is no object or array ends here; reading it will tell what is wrong with it.
        if (isBoundary && item !== undefined) finish({ index, chunk, found });
        if (depth === 1) key = '';
        return;
      case colon:
        if (depth === 1) key = text;
        return;
      case openObject:
      case openArray:
        open(byte);
        return;
      case closeObject:
      case closeArray:
        if (isBoundary && item !== undefined) finish({ index, chunk, found });
        close({ index, chunk, found });
        return;
      default:
    }
  }

  function begin(byte: number, index: number) {
    if (byte !== openArray && byte !== openObject) throw notAnExport();
    depth = 1;
    place = byte === openArray ? 'items' : 'object';
    itemDepth = byte === openArray ? 1 : 0;
    if (place === 'object') item = { parts: [], bytes: 0, start: index, isTooDeep: false };
  }

  function open(byte: number) {
    const isList = place === 'object' && depth === 1 && byte === openArray && key === 'conversations';
    depth += 1;
    if (isList) {
      place = 'items';
      itemDepth = depth;
      item = undefined;
    } else if (item !== undefined && depth - itemDepth > depthMax) item.isTooDeep = true;
  }

  function close({ index, chunk, found }: Omit<Position, 'byte'>) {
    depth -= 1;
    if (item !== undefined && depth === itemDepth) finish({ index: index + 1, chunk, found });
    if (depth < itemDepth || depth === 0) place = 'after';
  }

  function finish({ index, chunk, found }: Omit<Position, 'byte'>) {
    if (item === undefined) return;
    keep(item, chunk.subarray(item.start, index));
    if (item.isTooDeep) found.push({ kind: 'too-deep' });
    else if (item.bytes > itemBytesMax) found.push({ kind: 'too-long' });
    else found.push({ kind: 'text', text: Buffer.concat(item.parts).toString('utf8') });
    item = undefined;
  }

  function keep(kept: Item, part: Buffer) {
    kept.bytes += part.length;
    // What cannot be kept is read over, so that what comes after it can be.
    if (kept.bytes > itemBytesMax || kept.isTooDeep) kept.parts = [];
    else kept.parts.push(part);
  }

  return {
    push,
    end() {
      if (place === 'before') throw notAnExport();
      if (place !== 'after') throw new AppError('VALIDATION_FAILED', { detail: 'The file ends too early' });
    },
  };
}

/** An item that is not whole yet; `start` is where it goes on in the present chunk. */
type Item = { parts: Buffer[]; bytes: number; start: number; isTooDeep: boolean };

type Position = { byte: number; index: number; chunk: Buffer; found: SplitItem[] };

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const backslash = 0x5c;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const keyLengthMax = 64;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isByteOrderMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf;
}

function notAnExport(): AppError {
  return new AppError('VALIDATION_FAILED', { detail: 'The file is no export: a JSON array or object is expected' });
}
