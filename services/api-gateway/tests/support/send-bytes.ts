import { connect } from 'node:net';

/** Sends raw bytes to a local port, reads whatever comes back for a moment, and hangs up. Resolves also when it is hung up on. */
export function sendBytes(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', () => undefined);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}
