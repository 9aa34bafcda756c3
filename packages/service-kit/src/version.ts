import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The version in the package.json above a module of src/ or dist/; pass `import.meta.url`. */
export function serviceVersion(moduleUrl: string): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', moduleUrl), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
