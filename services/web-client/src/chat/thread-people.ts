import type { Message } from '../api/schemas.ts';

/** What a thread shows of the people in it. */
export type ThreadPeople = {
  canWrite: boolean;
  /** The name of somebody else who wrote a message; undefined for one's own. */
  authorOf: (message: Message) => string | undefined;
  /** The others who have read down to this message and no further. */
  readersOf: (message: Message) => readonly string[];
  /** The message above which the new ones begin. */
  firstUnreadId: string | undefined;
  /** Told of the last message when it has been seen. */
  onRead: (messageId: string) => void;
};

/** Where nobody else can be. */
export const ALONE: ThreadPeople = {
  canWrite: true,
  authorOf: () => undefined,
  readersOf: () => [],
  firstUnreadId: undefined,
  onRead: () => {},
};

/**
 * Who has read down to which message of a branch: by message, the ids of people. A mark may be on a message of another
 * branch; ids are in the order of time, so it counts for the last message here that is not younger.
 */
export function readersByMessage(
  messages: readonly Message[],
  readMarks: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const [userId, markId] of readMarks) {
    const last = messages.findLast(({ id }) => id <= markId);
    if (last !== undefined) readers.set(last.id, [...(readers.get(last.id) ?? []), userId]);
  }
  return readers;
}
