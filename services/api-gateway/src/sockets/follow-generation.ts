import { AppError } from '@chatbot/errors';
import { followGeneration, followLog } from '../generation/follow.ts';
import type { Following } from '../generation/tail.ts';
import type { ClientSocket, EventCall, EventDeps } from './event.ts';
import { createSocketSink, type SocketSink } from './socket-sink.ts';

/** Follows a generation on a socket; an earlier following of the same generation ends. Returns the last frame logged. */
export async function followOnSocket(
  deps: EventDeps,
  call: EventCall,
  { generationId, afterSeq }: { generationId: string; afterSeq: number },
): Promise<number> {
  const { socket, caller } = call;
  unfollowOnSocket(socket, generationId);
  const sinceMs = performance.now();
  const sink = createSocketSink(socket, { generationId, onOver: () => unfollowOnSocket(socket, generationId) });
  const { seq, conversationId, following } = await followGeneration(deps, { caller, generationId, afterSeq, sink });
  remember(deps, call, { generationId, conversationId, sinceMs, following, sink });
  return seq;
}

/** Follows a generation that this socket has just started; `sinceMs` is when it asked to. */
export function followOwnTurn(
  deps: EventDeps,
  call: EventCall,
  { conversationId, generationId, sinceMs }: { conversationId: string; generationId: string; sinceMs: number },
): void {
  const { socket, caller } = call;
  if (socket.data.followings.has(generationId)) return;
  const sink = createSocketSink(socket, { generationId, onOver: () => unfollowOnSocket(socket, generationId) });
  const following = followLog(deps, { caller, generationId, afterSeq: 0, sink });
  remember(deps, call, { generationId, conversationId, sinceMs, following, sink });
}

export function unfollowOnSocket(socket: ClientSocket, generationId: string): void {
  const following = socket.data.followings.get(generationId);
  socket.data.followings.delete(generationId);
  following?.close();
}

type Remembered = {
  generationId: string;
  conversationId: string;
  sinceMs: number;
  following: Following;
  sink: SocketSink;
};

/** Keeps a following until the reply ends, the socket closes, or the right to read it does. */
function remember({ access }: EventDeps, { socket, userId }: EventCall, remembered: Remembered): void {
  const { generationId, conversationId, sinceMs, following, sink } = remembered;
  if (sink.ended || !socket.connected) {
    following.close();
    return;
  }
  unfollowOnSocket(socket, generationId);
  const revoked = () => {
    unfollowOnSocket(socket, generationId);
    sink.failed(new AppError('RESOURCE_NOT_FOUND'));
  };
  const reading = access.watch({ conversationId, userId }, { sinceMs, revoked });
  socket.data.followings.set(generationId, {
    close() {
      reading[Symbol.dispose]();
      following.close();
    },
  });
}
