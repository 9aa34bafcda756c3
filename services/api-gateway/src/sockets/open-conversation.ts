import { AppError, toProblem } from '@chatbot/errors';
import { conversationRoom } from '../presence.ts';
import type { EventCall, EventDeps } from './event.ts';

/** More than a person looks at; the one that was opened first makes room. */
const openCountMax = 16;

/**
 * Puts a socket into a conversation that its user may read, until it closes it, ends, or loses the right; `sinceMs` is when the right was
 * checked. Returns who is here.
 */
export async function openOnSocket(
  { access, presence }: EventDeps,
  { socket, userId }: EventCall,
  { conversationId, sinceMs }: { conversationId: string; sinceMs: number },
): Promise<readonly string[]> {
  const { opened } = socket.data;
  if (!socket.connected) return [];
  if (!opened.has(conversationId)) {
    const oldest = opened.keys().next();
    if (opened.size >= openCountMax && !oldest.done) closeOnSocket(socket, oldest.value);
    const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
    const reading = access.watch(
      { conversationId, userId },
      {
        sinceMs,
        revoked() {
          closeOnSocket(socket, conversationId);
          emit('conversation:closed', { conversationId, problem: toProblem(new AppError('RESOURCE_NOT_FOUND')) });
        },
      },
    );
    opened.set(conversationId, {
      close() {
        reading[Symbol.dispose]();
        void socket.leave(conversationRoom(conversationId));
        void presence.leave({ conversationId, userId, socketId: socket.id });
      },
    });
    await socket.join(conversationRoom(conversationId));
  }
  return presence.enter({ conversationId, userId, socketId: socket.id });
}

/** Does nothing when it is not open. */
export function closeOnSocket({ data: { opened } }: Pick<EventCall['socket'], 'data'>, conversationId: string): void {
  const open = opened.get(conversationId);
  opened.delete(conversationId);
  open?.close();
}
