import { subscribe } from 'node:diagnostics_channel';
import { BlockList, Socket } from 'node:net';
import { createRedisServer } from 'js-redis-server';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * js-redis-server (Redis in JavaScript, without persistence) on a port, for connections from this machine alone. It takes the process
 * for itself: what it offers no setting for is set on every connection that any server of the process accepts.
 */
export async function startEmbeddedRedis({ port }: { port: number }): Promise<AsyncDisposable> {
  subscribe('net.server.socket', (event) => {
    if (isEvent(event)) prepare(event.socket);
  });
  const server = await createRedisServer({ port });
  return { [Symbol.asyncDispose]: () => server.close() };
}

function prepare(socket: Socket): void {
  // With Nagle's algorithm the second of two answers in a row waits 40 ms for the client's delayed ACK.
  socket.setNoDelay(true);
  // It listens on every address and asks for no password.
  if (!isLocal(socket.remoteAddress ?? '')) socket.destroy();
}

function isLocal(address: string): boolean {
  return loopback.check(address) || loopback.check(address, 'ipv6');
}

function isEvent(event: unknown): event is { socket: Socket } {
  return typeof event === 'object' && event !== null && 'socket' in event && event.socket instanceof Socket;
}
