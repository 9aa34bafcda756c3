import { toProblem } from '@chatbot/errors';
import { type ClientSink, followGeneration, followLog } from '../generation/follow.ts';
import type { Frame } from '../generation/frame.ts';
import type { Following } from '../generation/tail.ts';
import type { ClientSocket, EventCall, EventDeps } from './event.ts';

/** A socket with more packets than this waiting to be written reads too slowly; its frames wait in the log. */
const waitingPacketsMax = 256;

/** Follows a generation on a socket; an earlier following of the same generation ends. Returns the last frame logged. */
export async function followOnSocket(
  deps: EventDeps,
  call: EventCall,
  options: { generationId: string; afterSeq: number },
): Promise<number> {
  const { generationId } = options;
  unfollowOnSocket(call.socket, generationId);
  const { seq, following } = await followGeneration(deps, {
    ...options,
    caller: call.caller,
    sink: socketSink(call.socket, generationId),
  });
  remember(call.socket, generationId, following);
  return seq;
}

/** Follows a generation that this socket has just started. */
export function followOwnTurn(deps: EventDeps, call: EventCall, generationId: string): void {
  if (call.socket.data.followings.has(generationId)) return;
  const following = followLog(deps, {
    caller: call.caller,
    generationId,
    afterSeq: 0,
    sink: socketSink(call.socket, generationId),
  });
  remember(call.socket, generationId, following);
}

export function unfollowOnSocket(socket: ClientSocket, generationId: string): void {
  socket.data.followings.get(generationId)?.close();
  socket.data.followings.delete(generationId);
}

function remember(socket: ClientSocket, generationId: string, following: Following) {
  if (socket.connected) socket.data.followings.set(generationId, following);
  else following.close();
}

function socketSink(socket: ClientSocket, generationId: string): ClientSink {
  const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
  return {
    deliver(frame: Frame) {
      emit('generation:frame', frame);
      if (frame.type === 'end') socket.data.followings.delete(generationId);
    },
    congestion() {
      // Nothing is queued for a closed connection; its followings are closed on disconnect.
      if (waitingPackets(socket.conn) < waitingPacketsMax) return undefined;
      return new Promise((resolve) => {
        const done = () => {
          socket.conn.off('drain', done);
          socket.conn.off('close', done);
          resolve();
        };
        socket.conn.on('drain', done);
        socket.conn.on('close', done);
      });
    },
    failed(error) {
      socket.data.followings.delete(generationId);
      emit('generation:unavailable', { generationId, problem: toProblem(error) });
    },
  };
}

/** Packets that Engine.IO holds back because the connection takes no more. Its types hide the field that its documentation names. */
function waitingPackets(connection: unknown): number {
  const holds = typeof connection === 'object' && connection !== null && 'writeBuffer' in connection;
  return holds && Array.isArray(connection.writeBuffer) ? connection.writeBuffer.length : 0;
}
