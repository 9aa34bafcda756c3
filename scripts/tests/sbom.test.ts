import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { rootDir } from '../root-dir.ts';
import { shippedPackages, writeSboms } from '../sbom/write-sboms.ts';

const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ group: z.string().optional(), name: z.string(), version: z.string() })),
});
const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()) });
/** Some of what development needs. */
const tools = ['vitest', 'vite', 'typescript', 'prisma', 'playwright-core', '@biomejs/biome', '@chatbot/testkit'];

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sbom-'));
  await writeSboms(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each(shippedPackages)('the bill of %s names what it ships, and nothing that only builds or tests it', (name) => {
  const bom = bomSchema.parse(JSON.parse(readFileSync(join(dir, `${name}.cdx.json`), 'utf8')));
  const named = new Set(bom.components.map((part) => (part.group ? `${part.group}/${part.name}` : part.name)));
  const manifest = readFileSync(join(rootDir, 'services', name, 'package.json'), 'utf8');
  const { dependencies } = manifestSchema.parse(JSON.parse(manifest));
  expect(Object.keys(dependencies).filter((dependency) => !named.has(dependency))).toEqual([]);
  expect(tools.filter((tool) => named.has(tool))).toEqual([]);
});
