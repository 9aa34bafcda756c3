import { join } from 'node:path';
import { runProgram } from './run-program.ts';

export interface PackageBinOptions {
  /** The workspace package whose dependency has the program. */
  packageDir: string;
  /** The name of the program, as in node_modules/.bin. */
  bin: string;
  args: string[];
  env?: Record<string, string>;
}

/** Runs a program of an installed dependency in packageDir. Throws with its output when it fails. */
export async function runPackageBin({ packageDir, bin, args, env }: PackageBinOptions): Promise<string> {
  const windows = process.platform === 'win32';
  const path = join(packageDir, 'node_modules', '.bin', windows ? `${bin}.CMD` : bin);
  const result = await runProgram({ command: path, args, cwd: packageDir, ...(env === undefined ? {} : { env }) });
  if (result.code !== 0) throw new Error(`${bin} failed in ${packageDir}:\n${result.output.trim()}`);
  return result.output;
}
