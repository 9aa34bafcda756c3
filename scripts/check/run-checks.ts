import { join } from 'node:path';
import { packageBin } from '../package-bin.ts';
import { rootDir } from '../root-dir.ts';
import { runProgram } from '../run-program.ts';

interface Check {
  name: string;
  /** The package whose dependency has the program; it runs there. */
  packageDir: string;
  bin: string;
  args: string[];
}

const webClientDir = join(rootDir, 'services', 'web-client');

const checks: readonly Check[] = [
  { name: 'types', packageDir: rootDir, bin: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the web client', packageDir: webClientDir, bin: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'format, lint and layers', packageDir: rootDir, bin: 'biome', args: ['check', '.'] },
  { name: 'gRPC contracts', packageDir: rootDir, bin: 'buf', args: ['lint', 'proto'] },
  { name: 'unused files, exports, dependencies', packageDir: rootDir, bin: 'knip', args: ['--no-progress'] },
];

/** Runs every check, says each one's result in a line, and shows the output of those that fail. Returns their names. */
export async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, packageDir, bin, args } of checks) {
    const startedAtMs = performance.now();
    const { code, output } = await runProgram({ command: packageBin(packageDir, bin), args, cwd: packageDir });
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (code === 0) continue;
    failed.push(name);
    console.log(output.trimEnd());
  }
  return failed;
}
