import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { currentCall } from '../rpc/current-call.ts';
import { CallClient } from './call-client.ts';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/** A pool of CallClients, or of a class that is one. */
export class CallPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super({ Client: CallClient, ...config });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    if (connected !== undefined) return this.#connect(connected);
    return new Promise((resolve, reject) => {
      this.#connect((error, client) => (client === undefined ? reject(error) : resolve(client)));
    });
  }

  #connect(connected: Connected): undefined {
    const call = currentCall();
    // The pool tells one that waited from within the work of the call that made room for it.
    const inOwnCall = AsyncLocalStorage.bind<Connected>((error, client, done) => {
      if (client === undefined || call?.aborted !== true) return connected(error, client, done);
      // Released as it came: a connection that nothing was run on is good for the next one.
      client.release();
      connected(toError(call.reason), undefined, () => {});
    });
    super.connect(inOwnCall);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the call is over', { cause: reason });
}
