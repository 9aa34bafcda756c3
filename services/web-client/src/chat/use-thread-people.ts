import { useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation, Message } from '../api/schemas.ts';
import type { RoomState } from '../live/rooms.ts';
import { nameOf, usePeople } from '../members/use-people.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { readersByMessage, type ThreadPeople } from './thread-people.ts';

/** Pages that are read at once to get to where the new messages begin on another branch; with more of them, one begins at the last page. */
const UNREAD_PAGES_MAX = 10;

type ThreadPeopleInput = {
  conversationId: string;
  conversation: Conversation | undefined;
  messages: readonly Message[];
};

/** The messages before the loaded ones. */
type EarlierMessages = {
  pageCount: number;
  hasMore: boolean;
  isLoading: boolean;
  hasFailed: boolean;
  /** Absent where one reads around a message. */
  load: (() => void) | undefined;
};

/** Tells who else is in the conversation, who wrote and who has read what. */
export function useThreadPeople({
  conversationId,
  conversation,
  messages,
  room,
  earlier,
  isPlaced,
}: ThreadPeopleInput & { room: RoomState; earlier: EarlierMessages; isPlaced: boolean }): {
  people: ThreadPeople;
  /** The names of those who type. */
  typists: readonly string[];
} {
  const { live, user } = useServices();
  const names = useNames({ conversationId, conversation, messages });
  const firstUnread = useFirstUnread({ room, messages, earlier, isPlaced, userId: user.id });
  const readers = useMemo(() => readersByMessage(messages, room.readMarks), [messages, room.readMarks]);
  const toldId = useRef('');

  const people: ThreadPeople = {
    canWrite: conversation?.role !== 'reader',
    authorOf: ({ authorId }) =>
      authorId === undefined || authorId === user.id ? undefined : (names.get(authorId) ?? texts.members.someone),
    readersOf: ({ id }) =>
      (readers.get(id) ?? []).flatMap((userId) => (userId === user.id ? [] : (names.get(userId) ?? []))),
    firstUnreadId: firstUnread?.id,
    onRead(messageId) {
      // Also where the mark is as far as that already: the conversation may have been marked as unread by hand.
      if (firstUnread === undefined || toldId.current >= messageId) return;
      toldId.current = messageId;
      live.setRead(conversationId, messageId);
    },
  };
  return { people, typists: [...room.typing].flatMap((userId) => names.get(userId) ?? []) };
}

/** The names of everybody who takes part or has written. Nobody is asked about where one is alone. */
function useNames({ conversationId, conversation, messages }: ThreadPeopleInput): ReadonlyMap<string, string> {
  const { user } = useServices();
  const authorIds = useMemo(() => new Set(messages.flatMap(({ authorId }) => authorId ?? [])), [messages]);
  const isShared = (conversation?.memberCount ?? 1) > 1 || [...authorIds].some((id) => id !== user.id);
  const { data, refetch } = usePeople({ id: conversationId }, { isWanted: isShared });
  const names = useMemo(
    () => new Map([...(data?.items ?? []), ...(data?.formerAuthors ?? [])].map((each) => [each.userId, nameOf(each)])),
    [data],
  );

  // Somebody who has come since the list was read.
  const unknownId = data === undefined ? undefined : [...authorIds].find((id) => !names.has(id));
  useEffect(() => {
    if (unknownId !== undefined) void refetch();
  }, [unknownId, refetch]);
  return names;
}

type FirstUnreadInput = {
  room: RoomState;
  messages: readonly Message[];
  earlier: EarlierMessages;
  /** False until it is known where in the conversation one begins to read. */
  isPlaced: boolean;
  userId: string;
};

/**
 * Where the new messages began when the conversation was opened; what comes later is seen coming. Loads what is missing on the way there.
 * Returns undefined until it is known.
 */
function useFirstUnread({
  room,
  messages,
  earlier,
  isPlaced,
  userId,
}: FirstUnreadInput): { id: string | undefined } | undefined {
  const [found, setFound] = useState<{ id: string | undefined }>();
  const { readBefore } = room;
  const firstId = messages[0]?.id;
  const isSought = found === undefined && isPlaced && room.isOpen && firstId !== undefined;
  const isWithin = readBefore === undefined || firstId === undefined || firstId <= readBefore || !earlier.hasMore;
  const isFarEnough = isWithin || earlier.hasFailed || earlier.pageCount >= UNREAD_PAGES_MAX;
  const load = isSought && !isFarEnough && !earlier.isLoading ? earlier.load : undefined;
  useEffect(() => load?.(), [load]);

  if (isSought && (isFarEnough || earlier.load === undefined)) {
    const isNew = ({ id, authorId }: Message) => readBefore !== undefined && id > readBefore && authorId !== userId;
    const isShown = isWithin || earlier.load !== undefined;
    setFound({ id: isShown ? messages.find(isNew)?.id : undefined });
  }
  return found;
}
