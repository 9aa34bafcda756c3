import type { ListedMessage } from './message.ts';

/** The texts of one page of messages: half of the largest gRPC message (16 MiB). */
export const pageBytesMax = 8 * 1024 * 1024;

/**
 * The longest head of `items` whose texts stay within the bytes of a page, at least one item: a page of very long messages is
 * shorter than its limit instead of too large to send.
 */
export function fitPage<Item>(
  items: readonly Item[],
  { textOf, bytesMax = pageBytesMax }: { textOf: (item: Item) => string; bytesMax?: number },
): readonly Item[] {
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(textOf(item));
    return index > 0 && bytes > bytesMax;
  });
  return end < 0 ? items : items.slice(0, end);
}

export type MessagePage = {
  /** Oldest first. */
  readonly messages: readonly ListedMessage[];
  /** The branch, or empty for the whole tree. */
  readonly leafId: string;
  /** To what is older; empty on the last page. */
  readonly nextCursor: string;
  /** To what is newer, when the page is not the newest; empty otherwise. */
  readonly previousCursor: string;
};
