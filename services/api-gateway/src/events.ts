import type { Conversation__Output } from '@chatbot/proto/chatbot/chat/v1/Conversation';
import type { Server } from 'socket.io';
import { type Conversation, toConversation } from './clients/resources/conversation.ts';
import { present } from './clients/resources/fields.ts';
import type { Folder } from './clients/resources/folder.ts';
import type { Draft, ReadMark } from './clients/resources/live-state.ts';
import type { Message } from './clients/resources/message.ts';

/** The part of a message that an update carries. */
export type MessageUpdate = Pick<Message, 'id' | 'conversationId' | 'status' | 'version' | 'updatedAt'> &
  Partial<Message>;

/** A conversation, or what all of its members have in common. */
export type ConversationUpdate = Pick<Conversation, 'id' | 'version'> & Partial<Conversation>;

/** What every session of a user hears. It may be lost: a client that was away asks what has changed. */
export type UserEvents = {
  'message:created': Message;
  'message:updated': MessageUpdate;
  'conversation:updated': ConversationUpdate;
  /** It is in the trash or can no longer be read; an update of a lower version is old. */
  'conversation:deleted': { id: string; version: number };
  typing: { conversationId: string; userId: string; typing: boolean };
  /** With whether something is unread all the same, for whoever has read. */
  read: ReadMark & { unread?: boolean };
  draft: Draft & { userId: string };
  /** It was made or renamed. */
  'folder:updated': Folder;
  /** What was in it is in no folder any more. */
  'folder:deleted': { id: string };
};

export type UserEventPublisher = {
  /** Tells every session of these users, on every replica. */
  publish<Name extends keyof UserEvents>(userIds: readonly string[], event: Name, payload: UserEvents[Name]): void;
  /** Has something published in a moment, and never after what is published later: what came first is told first. */
  defer(publishing: () => void): void;
};

/** In milliseconds. */
const deferMs = 10;

/** The room that holds every socket of a user, on every replica. */
export function userRoom(userId: string): string {
  return `user:${userId}`;
}

export function createUserEventPublisher(io: Server): UserEventPublisher {
  let deferred: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function publishDeferred() {
    clearTimeout(timer);
    timer = undefined;
    const due = deferred;
    deferred = [];
    for (const publishing of due) publishing();
  }

  return {
    publish(userIds, event, payload) {
      publishDeferred();
      if (userIds.length > 0) io.to(userIds.map(userRoom)).emit(event, payload);
    },
    defer(publishing) {
      deferred.push(publishing);
      timer ??= setTimeout(publishDeferred, deferMs);
    },
  };
}

/** Tells all members of a conversation how it is now: whom it was read for everything, the others what is not personal. */
export function publishConversation(events: UserEventPublisher, read: Conversation__Output | null): void {
  const { viewerId, readerUserIds, activeLeafChosen } = present(read, 'conversation');
  const conversation = toConversation(read);
  events.publish([viewerId], 'conversation:updated', conversation);
  events.publish(
    readerUserIds.filter((userId) => userId !== viewerId),
    'conversation:updated',
    sharedPart(conversation, { activeLeafChosen }),
  );
}

/** What all members have in common. A field that is not named here is nobody else's business. */
function sharedPart(
  conversation: Conversation,
  { activeLeafChosen }: { activeLeafChosen: boolean },
): ConversationUpdate {
  const {
    id,
    title,
    persona,
    model,
    params,
    replyMode,
    memberCount,
    activeLeafId,
    createdAt,
    updatedAt,
    lastMessageAt,
    version,
  } = conversation;
  return {
    id,
    title,
    persona,
    model,
    params,
    replyMode,
    memberCount,
    ...(activeLeafId === undefined || activeLeafChosen ? {} : { activeLeafId }),
    createdAt,
    updatedAt,
    lastMessageAt,
    version,
  };
}
