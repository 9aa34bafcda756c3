import { AppError, toProblem } from '@chatbot/errors';
import { type ClientSink, followGeneration, followLog } from '../generation/follow.ts';
import type { Frame } from '../generation/frame.ts';
import type { Following } from '../generation/tail.ts';
import { drainOrGiveUp } from './drain-or-give-up.ts';
import type { ClientSocket, EventCall, EventDeps } from './event.ts';

/** A socket with more packets than this waiting to be written reads too slowly; its frames wait in the log. */
const waitingPacketsMax = 256;
const tooSlow = 'The reply came faster than this connection takes it; follow it again from the last frame';

/** Follows a generation on a socket; an earlier following of the same generation ends. Returns the last frame logged. */
export async function followOnSocket(
  deps: EventDeps,
  call: EventCall,
  { generationId, afterSeq }: { generationId: string; afterSeq: number },
): Promise<number> {
  const { socket, caller } = call;
  unfollowOnSocket(socket, generationId);
  const sinceMs = performance.now();
  const sink = socketSink(socket, generationId);
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
  const sink = socketSink(socket, generationId);
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

/** The end frame is the last thing that goes into it. */
type SocketSink = ClientSink & { readonly ended: boolean };

function socketSink(socket: ClientSocket, generationId: string): SocketSink {
  const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
  let ended = false;
  function fail(error: AppError) {
    unfollowOnSocket(socket, generationId);
    emit('generation:unavailable', { generationId, problem: toProblem(error) });
  }
  return {
    get ended() {
      return ended;
    },
    deliver(frame: Frame) {
      emit('generation:frame', frame);
      if (frame.type !== 'end') return;
      ended = true;
      unfollowOnSocket(socket, generationId);
    },
    congestion() {
      // Nothing is queued for a closed connection; its followings are closed on disconnect.
      if (waitingPackets(socket.conn) < waitingPacketsMax) return undefined;
      return drainOrGiveUp(socket.conn, () => fail(new AppError('OVERLOADED', { detail: tooSlow })));
    },
    failed: fail,
  };
}

/** Packets that Engine.IO holds back because the connection takes no more. Its types hide the field that its documentation names. */
function waitingPackets(connection: unknown): number {
  const holds = typeof connection === 'object' && connection !== null && 'writeBuffer' in connection;
  return holds && Array.isArray(connection.writeBuffer) ? connection.writeBuffer.length : 0;
}
