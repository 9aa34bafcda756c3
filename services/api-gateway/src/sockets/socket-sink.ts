import { AppError, toProblem } from '@chatbot/errors';
import type { ClientSink } from '../generation/follow.ts';
import type { Frame } from '../generation/frame.ts';
import { drainOrGiveUp } from './drain-or-give-up.ts';
import type { ClientSocket } from './event.ts';
import { isCongested } from './waiting-packets.ts';

const tooSlow = 'The reply came faster than this connection takes it; follow it again from the last frame';

/** Takes the frames of one generation for a socket. The end frame is the last thing that goes into it. */
export type SocketSink = ClientSink & { readonly ended: boolean };

/** `onOver` is told when nothing more is to come: the end was sent, or the following has failed. */
export function createSocketSink(
  socket: Pick<ClientSocket, 'conn' | 'emit'>,
  { generationId, onOver }: { generationId: string; onOver: () => void },
): SocketSink {
  const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
  let ended = false;
  function fail(error: AppError) {
    onOver();
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
      onOver();
    },
    backpressure: {
      isFull: () => isCongested(socket.conn),
      drained: () => drainOrGiveUp(socket.conn, () => fail(new AppError('OVERLOADED', { detail: tooSlow }))),
    },
    failed: fail,
  };
}
