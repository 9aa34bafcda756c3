import type { Server } from 'socket.io';
import type { Conversation, Message } from './clients/resources.ts';

/** The part of a message that an update carries. */
export type MessageUpdate = Pick<Message, 'id' | 'conversationId' | 'status' | 'version' | 'updatedAt'> &
  Partial<Message>;

/** What every session of a user hears. It may be lost: a client that was away reads the resources again. */
export type UserEvents = {
  'message:created': Message;
  'message:updated': MessageUpdate;
  'conversation:updated': Conversation;
  'conversation:deleted': { id: string };
  typing: { conversationId: string; userId: string; typing: boolean };
};

export type UserEventPublisher = {
  publish<Name extends keyof UserEvents>(userId: string, event: Name, payload: UserEvents[Name]): void;
};

/** The room that holds every socket of a user, on every replica. */
export function userRoom(userId: string): string {
  return `user:${userId}`;
}

export function createUserEventPublisher(io: Server): UserEventPublisher {
  return {
    publish: (userId, event, payload) => {
      io.to(userRoom(userId)).emit(event, payload);
    },
  };
}
