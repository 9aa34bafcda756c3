import pg from 'pg';
import { currentCall } from '../rpc/current-call.ts';
import { cancelStatement } from './cancel-statement.ts';
import { inStatementSpan, isCallback, textOf } from './statement-span.ts';

/**
 * A connection that gives up its statement when the call it is run for is cancelled or overdue: the statement then fails, and nothing more is run for
 * that call but what ends a transaction. Work that belongs to no call runs as it always does. A statement of a call that is traced is a span.
 */
export class CallClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.query = new Proxy(this.query, { apply: (query, client, args) => runForCall({ query, client, args }) });
  }
}

type Run = { query: (...args: never[]) => unknown; client: pg.Client; args: readonly unknown[] };

function runForCall({ query, client, args }: Run): unknown {
  const run = (args: readonly unknown[]): unknown =>
    inStatementSpan(args, (traced) => Reflect.apply(query, client, traced));
  const signal = currentCall();
  if (signal === undefined || endsTransaction(args[0])) return run(args);
  const callback = args.at(-1);
  if (!isCallback(callback)) {
    return signal.aborted ? Promise.reject(signal.reason) : settled(run(args), cancelOnAbort(client, signal));
  }
  if (signal.aborted) return process.nextTick(callback, signal.reason);
  const over = cancelOnAbort(client, signal);
  return run([...args.slice(0, -1), (...outcome: unknown[]) => void over().then(() => callback(...outcome))]);
}

/**
 * Cancels what the client is running as soon as the signal aborts. To be called when the statement is over: what is returned resolves when no
 * cancellation is on its way any more, which might otherwise meet the next statement of this connection.
 */
function cancelOnAbort(client: pg.Client, signal: AbortSignal): () => Promise<void> {
  let cancelled = Promise.resolve();
  const cancel = () => {
    cancelled = cancelStatement(client);
  };
  signal.addEventListener('abort', cancel, { once: true });
  return () => {
    signal.removeEventListener('abort', cancel);
    return cancelled;
  };
}

async function settled(running: unknown, over: () => Promise<void>): Promise<unknown> {
  try {
    return await running;
  } finally {
    await over();
  }
}

/** A transaction must not be left open because of who began it has gone. */
function endsTransaction(statement: unknown): boolean {
  return /^\s*(COMMIT|ROLLBACK)\b/i.test(textOf(statement));
}
