import type { Connection } from './connection.ts';
import {
  AnyAckSchema,
  ClosedSchema,
  type Opened,
  OpenedSchema,
  PresenceSchema,
  ReadMarkSchema,
  TypingSchema,
} from './room-events.ts';
import { createValue, type Value } from './value.ts';

/** The server forgets after 6 s that somebody types; the rest is the way here. */
const TYPING_MS = 7000;

/** Who is in a conversation, and what they do there. */
export type RoomState = {
  /** False until the rest is known. */
  isOpen: boolean;
  /** Who has it open, oneself included. */
  present: ReadonlySet<string>;
  typing: ReadonlySet<string>;
  /** How far everybody has read: the id of a message by user. Ids are in the order of time. */
  readMarks: ReadonlyMap<string, string>;
  /** How far one had read oneself when it was opened; undefined when nothing was read. */
  readBefore: string | undefined;
};

export type Rooms = {
  state: (conversationId: string) => Value<RoomState>;
  /** Hears of those who are there; the returned function leaves. */
  enter: (conversationId: string) => () => void;
  /** Notes how far somebody has read; a mark that is further on stays. */
  setReadMark: (mark: { conversationId: string; userId: string; messageId: string }) => void;
  /** The conversation that was entered last of those that are open. */
  onScreen: () => string | undefined;
  /** Enters again what is open, on a connection that knows nothing of it. */
  restart: () => void;
};

type Room = {
  state: Value<RoomState>;
  visitCount: number;
  /** What came while the snapshot was on its way: it may be newer than that. */
  meanwhile: PresenceChange[] | undefined;
  timers: Map<string, ReturnType<typeof setTimeout>>;
};
type PresenceChange = { userId: string; present: boolean };

const EMPTY: RoomState = {
  isOpen: false,
  present: new Set(),
  typing: new Set(),
  readMarks: new Map(),
  readBefore: undefined,
};

export type RoomsDeps = {
  connection: Pick<Connection, 'emit' | 'on'>;
  userId: string;
  onDraft: (draft: { conversationId: string; text: string; version: number }) => void;
  onClosed: (conversationId: string) => void;
};

/** The conversations that are open on this page. */
export function createRooms({ connection, userId, onDraft, onClosed }: RoomsDeps): Rooms {
  const rooms = new Map<string, Room>();

  /** The room of a conversation that is open here; of others, nothing is kept. */
  function visited(id: string): Room | undefined {
    const room = rooms.get(id);
    return room !== undefined && room.visitCount > 0 ? room : undefined;
  }

  function roomOf(id: string): Room {
    const room = rooms.get(id) ?? {
      state: createValue(EMPTY),
      visitCount: 0,
      meanwhile: undefined,
      timers: new Map(),
    };
    rooms.set(id, room);
    return room;
  }

  function change(id: string, part: Partial<RoomState>): void {
    const { state } = roomOf(id);
    state.set({ ...state.get(), ...part });
  }

  async function open(id: string): Promise<void> {
    const room = roomOf(id);
    const meanwhile: PresenceChange[] = [];
    room.meanwhile = meanwhile;
    try {
      const opened = await connection.emit('conversation:open', { conversationId: id }, OpenedSchema);
      if (room.meanwhile !== meanwhile || room.visitCount === 0) return;
      room.meanwhile = undefined;
      settle(id, opened, meanwhile);
    } catch {
      // Offline, restart() asks again; a conversation that may not be read is told of by what reads its messages.
    }
  }

  function settle(id: string, opened: Opened, meanwhile: readonly PresenceChange[]): void {
    const present = meanwhile.reduce(withPresence, new Set(opened.present));
    const { isOpen, readBefore } = roomOf(id).state.get();
    const own = opened.readMarks.find((mark) => mark.userId === userId)?.messageId;
    change(id, { isOpen: true, present, readBefore: isOpen ? readBefore : own });
    for (const typist of opened.typing) setTyping({ conversationId: id, userId: typist, typing: true });
    for (const mark of opened.readMarks) setReadMark(mark);
    if (opened.draft !== undefined) onDraft(opened.draft);
  }

  function setTyping(event: { conversationId: string; userId: string; typing: boolean }): void {
    const room = visited(event.conversationId);
    if (room === undefined || event.userId === userId) return;
    clearTimeout(room.timers.get(event.userId));
    const typing = new Set(room.state.get().typing);
    if (event.typing) {
      typing.add(event.userId);
      room.timers.set(
        event.userId,
        setTimeout(() => setTyping({ ...event, typing: false }), TYPING_MS),
      );
    } else typing.delete(event.userId);
    change(event.conversationId, { typing });
  }

  function setReadMark(mark: { conversationId: string; userId: string; messageId: string }): void {
    const known = visited(mark.conversationId)?.state.get().readMarks;
    if (known === undefined || (known.get(mark.userId) ?? '') >= mark.messageId) return;
    change(mark.conversationId, { readMarks: new Map(known).set(mark.userId, mark.messageId) });
  }

  connection.on('typing', TypingSchema, setTyping);
  connection.on('read', ReadMarkSchema, setReadMark);
  connection.on('presence', PresenceSchema, (event) => {
    const room = visited(event.conversationId);
    if (room === undefined) return;
    room.meanwhile?.push(event);
    change(event.conversationId, { present: withPresence(new Set(room.state.get().present), event) });
  });
  connection.on('conversation:closed', ClosedSchema, ({ conversationId }) => onClosed(conversationId));

  function leave(id: string): void {
    const room = roomOf(id);
    room.visitCount -= 1;
    if (room.visitCount > 0) return;
    for (const timer of room.timers.values()) clearTimeout(timer);
    room.timers.clear();
    room.meanwhile = undefined;
    room.state.set(EMPTY);
    connection.emit('conversation:close', { conversationId: id }, AnyAckSchema).catch(() => {
      // Without a connection, nobody is there anyway.
    });
  }

  return {
    state: (id) => roomOf(id).state,
    enter(id) {
      const room = roomOf(id);
      room.visitCount += 1;
      if (room.visitCount === 1) void open(id);
      return () => leave(id);
    },
    setReadMark,
    onScreen: () => [...rooms.keys()].findLast((id) => visited(id) !== undefined),
    restart() {
      for (const [id, { visitCount }] of rooms) if (visitCount > 0) void open(id);
    },
  };
}

function withPresence(present: Set<string>, { userId, present: isHere }: PresenceChange): Set<string> {
  if (isHere) present.add(userId);
  else present.delete(userId);
  return present;
}
