import { packageBin } from './package-bin.ts';
import { runProgram } from './run-program.ts';

export interface PackageBinOptions {
  /** The workspace package whose dependency has the program; it runs there. */
  packageDir: string;
  bin: string;
  args: string[];
  env?: Record<string, string>;
}

/** Runs a program of an installed dependency. Throws with its output when it fails. */
export async function runPackageBin({ packageDir, bin, args, env = {} }: PackageBinOptions): Promise<void> {
  const { code, output } = await runProgram({ command: packageBin(packageDir, bin), args, cwd: packageDir, env });
  if (code !== 0) throw new Error(`${bin} failed in ${packageDir}:\n${output.trim()}`);
}
