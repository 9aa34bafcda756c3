import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** The exit code; 1 when a signal ended it. */
  code: number;
  /** What it printed to stdout and stderr, in the order of arrival. */
  output: string;
}

export interface ProgramOptions {
  command: string;
  args: string[];
  cwd: string;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and keeps what it prints. Throws only when it cannot be started. */
export async function runProgram({ command, args, cwd, env }: ProgramOptions): Promise<ProgramResult> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
