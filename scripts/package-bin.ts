import { join } from 'node:path';

/** The path of a program that a dependency of the package in packageDir brings, for example tsc. */
export function packageBin(packageDir: string, name: string): string {
  return join(packageDir, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.CMD` : name);
}
