import { join } from 'node:path';
import { connectSocket } from '../connect-socket.ts';
import type { PathUnderTest } from '../path-under-test.ts';
import { parseListening, startUntilReady } from '../running-program.ts';

/**
 * Starts the least that can carry a token from the model server to a browser over gRPC and Socket.IO: two processes, nothing
 * stored, nobody checked, no frame joined with another. It is the floor that the system is measured against.
 */
export async function startBareChain(modelServerUrl: string): Promise<PathUnderTest & AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const ai = resources.use(await startServer('ai-server.ts', modelServerUrl));
  const gateway = resources.use(await startServer('gateway.ts', ai.ready));
  const running = resources.move();
  return {
    name: 'bare chain',
    url: gateway.ready,
    gatewayPid: gateway.pid,
    connect: ({ url = gateway.ready } = {}) => connectSocket({ url }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function startServer(file: string, argument: string) {
  const program = { script: join(import.meta.dirname, file), args: [argument], env: {} };
  return startUntilReady({ program, parseLine: parseListening, timeoutMs: 20_000 });
}
