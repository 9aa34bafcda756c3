import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The account a program runs under, when that is not the one of the tests. */
export type ProcessUser = { uid: number; gid: number };

export type OwnedProcess = AsyncDisposable & {
  /** Whether the program is still running. */
  readonly running: boolean;
  /** Everything that the program wrote so far, for the message of a failure. */
  output(): string;
};

export type OwnedProcessOptions = {
  command: string;
  args: readonly string[];
  /** Removed when the program has ended. */
  dataDir: string;
  /** Ends the program at once. */
  stopSignal: 'QUIT' | 'KILL';
  user?: ProcessUser | undefined;
};

const run = promisify(execFile);

/**
 * Runs $3… and ends it with signal $1 when standard input closes: that happens when the test process disposes of it, and also when
 * the test process is killed and can dispose of nothing. Afterwards it removes the folder $2. The guard itself writes nothing: the
 * pipe may be broken by then, and writing to it would end the guard before it has cleaned up.
 */
const guard = `
signal=$1; dir=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null & program=$!
exec 1>/dev/null 2>&1
( cat <&3; kill -"$signal" "$program" ) & watcher=$!
wait "$program"; code=$?
kill "$watcher"
rm -rf "$dir"
exit "$code"
`;

/** Starts a program that ends with this process, however this process ends. */
export function startOwnedProcess(options: OwnedProcessOptions): OwnedProcess {
  const { command, args, dataDir, stopSignal, user } = options;
  const child = spawn('/bin/sh', ['-c', guard, 'guard', stopSignal, dataDir, command, ...args], {
    // A session of its own: Ctrl-C in the terminal reaches the tests, and they or the guard end the program.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...user,
  });
  const output = collectOutput(child);
  releaseEventLoop(child);
  return {
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.ref();
      child.stdin?.end();
      await exited;
    },
  };
}

/** A new temporary folder that belongs to `user`. */
export async function createDataDir(prefix: string, user?: ProcessUser): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), `${prefix}-`));
  if (user !== undefined) await chown(dir, user.uid, user.gid);
  return dir;
}

/** The account called `name`. Throws when there is none. */
export async function findUser(name: string): Promise<ProcessUser> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error(`no account ${name}`);
  return { uid, gid };
}

/** A program that nobody disposed of must not keep the tests from ending. */
function releaseEventLoop(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    if (stream instanceof Socket) stream.unref();
  }
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-20_000);
    });
  }
  return () => text;
}
