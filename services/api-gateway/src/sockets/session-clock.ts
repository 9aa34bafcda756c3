import type { ClientSocket } from './event.ts';

const tickMs = 1_000;
/** A client is told so long before its token ends. */
const warningMs = 60_000;

/** Warns sockets whose token is about to end and closes those whose token has ended. One timer for all of them. */
export function startSessionClock(sockets: () => Iterable<ClientSocket>): Disposable {
  const warned = new WeakMap<ClientSocket, number>();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const socket of sockets()) check(socket, nowMs);
  }, tickMs);

  function check(socket: ClientSocket, nowMs: number) {
    const { expiresAtMs } = socket.data.identity;
    const emit = socket.emit.bind(socket) as (event: string, payload: unknown) => boolean;
    if (nowMs >= expiresAtMs) {
      emit('session:ended', { reason: 'TOKEN_EXPIRED' });
      socket.disconnect(true);
    } else if (nowMs >= expiresAtMs - warningMs && warned.get(socket) !== expiresAtMs) {
      warned.set(socket, expiresAtMs);
      emit('session:expiring', { at: new Date(expiresAtMs).toISOString() });
    }
  }

  return { [Symbol.dispose]: () => clearInterval(timer) };
}
