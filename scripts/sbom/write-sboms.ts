import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../root-dir.ts';
import { runProgram } from '../run-program.ts';

/** What is shipped: the services and the page that the gateway serves. */
export const shippedPackages = ['api-gateway', 'user-service', 'chat-service', 'ai-service', 'web-client'] as const;

/**
 * Writes <dir>/<package>.cdx.json for each shipped package: a CycloneDX bill of its production dependencies, as pnpm-lock.yaml locks them. Returns
 * the paths. Throws an Error with what pnpm says.
 */
export async function writeSboms(dir: string): Promise<string[]> {
  mkdirSync(dir, { recursive: true });
  return Promise.all(
    shippedPackages.map(async (name) => {
      const file = join(dir, `${name}.cdx.json`);
      const what = ['--filter', `@chatbot/${name}`, 'sbom', '--prod', '--lockfile-only'];
      const form = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--out', file];
      const { code, output } = await runProgram({ command: 'pnpm', args: [...what, ...form], cwd: rootDir });
      if (code !== 0) throw new Error(`pnpm sbom failed for ${name}: ${output.trim()}`);
      return file;
    }),
  );
}
