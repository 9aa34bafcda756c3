import type { ServerResponse } from 'node:http';
import type { ClientSink } from '../generation/follow.ts';
import { drainOrGiveUp } from '../sockets/drain-or-give-up.ts';

export type EventSinkOptions = {
  response: Pick<ServerResponse, 'writableNeedDrain' | 'destroy' | 'on' | 'off'>;
  write: (text: string) => void;
  /** Told after the end frame. */
  onEnd: () => void;
  /** How long a reader may take nothing. Default 30 s. */
  patienceMs?: number;
};

/** Takes frames for a reader of server-sent events. One that takes nothing for long loses its connection, and asks again from its last event. */
export function createEventSink(options: EventSinkOptions): Pick<ClientSink, 'deliver' | 'backpressure'> {
  const { response, write, onEnd, patienceMs } = options;
  return {
    deliver(frame) {
      write(`event: ${frame.type}\nid: ${frame.seq}\ndata: ${JSON.stringify(frame)}\n\n`);
      if (frame.type === 'end') onEnd();
    },
    backpressure: {
      isFull: () => response.writableNeedDrain,
      drained: () => drainOrGiveUp(response, () => response.destroy(), patienceMs),
    },
  };
}
