// Runs a program that is not Node, and so cannot watch our IPC channel: native.ts [--lock <file>] <program> [arguments…]
// The program lives and dies with this process: asked to end when this one is, killed when this one ends at once.
// --lock waits for a predecessor that still uses the same files.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { waitForLock } from '../wait-for-lock.ts';

const windows = process.platform === 'win32';
const [lockPath, [command = '', ...args]] = readArguments(process.argv.slice(2));
const release = lockPath === undefined ? () => {} : await waitForLock(lockPath);

const child = spawn(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  // A group of its own, so that what the program starts ends with it.
  detached: !windows,
  // On Windows pnpm is a script.
  shell: windows,
});
child.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
if (child.pid !== undefined) process.send?.({ pid: child.pid });

process.on('SIGTERM', () => signalGroup('SIGTERM'));
process.on('exit', () => signalGroup('SIGKILL'));
child.once('exit', (code, signal) => {
  release();
  process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
});

function readArguments(argv: string[]): [lockPath: string | undefined, command: string[]] {
  return argv[0] === '--lock' ? [argv[1], argv.slice(2)] : [undefined, argv];
}

function signalGroup(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}
