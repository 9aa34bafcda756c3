import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheDir, rootDir } from '../root-dir.ts';
import { splitLines } from './lines.ts';
import type { NodeProgram } from './process-spec.ts';

const preload = pathToFileURL(join(import.meta.dirname, 'die-with-parent.mjs')).href;

/**
 * Starts a TypeScript file on the Node that runs this one. The process has an IPC channel and ends when this process
 * does, even by SIGKILL. It is in a process group of its own: Ctrl-C reaches this process alone, which stops the others
 * in order.
 */
export function spawnProgram(program: NodeProgram, onLine: (line: string) => void): ChildProcess {
  // No source maps: Node strips the types in place, so that lines and columns are those of the sources.
  const flags = ['--import', preload, '--conditions=source'];
  const child = spawn(process.execPath, [...flags, program.script, ...program.args], {
    cwd: rootDir,
    env: { NODE_COMPILE_CACHE: join(cacheDir, 'compile'), ...process.env, ...program.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) splitLines(stream, onLine);
  return child;
}
