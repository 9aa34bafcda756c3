import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir, rootDir } from '../root-dir.ts';
import type { ProcessSpec, TaskSpec } from './process-spec.ts';

const webClientDir = join(rootDir, 'services', 'web-client');
const stampFile = join(cacheDir, 'web-client.stamp');
const nativeScript = join(import.meta.dirname, 'processes', 'native.ts');
const buildStep = 'web-client';

/** The folder with the built page. */
export const webClientDist = join(webClientDir, 'dist');

/** Builds the page, unless it was built from the same sources and dependencies. */
export function describeWebClientBuild(): TaskSpec {
  const hash = hashInputs();
  const upToDate = existsSync(join(webClientDist, 'index.html')) && readStamp() === hash;
  return {
    kind: 'task',
    name: buildStep,
    needs: [],
    program: upToDate
      ? undefined
      : {
          script: nativeScript,
          args: ['pnpm', '--filter', '@chatbot/web-client', 'build'],
          env: { NODE_ENV: 'production' },
        },
    onDone: () => writeStamp(hash),
  };
}

/** Builds the page again whenever its sources change. */
export function describeWebClientWatch(): ProcessSpec {
  return {
    kind: 'process',
    name: 'web-client-watch',
    needs: [buildStep],
    tier: 'edge',
    script: nativeScript,
    args: ['pnpm', '--filter', '@chatbot/web-client', 'build', '--watch'],
    env: {},
    readiness: { by: 'spawn' },
    output: 'streamed',
  };
}

function hashInputs(): string {
  const files = globSync('**/*', { cwd: webClientDir, exclude: ['node_modules', 'dist', 'tests'] })
    .map((path) => join(webClientDir, path))
    .filter((path) => statSync(path).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of [join(rootDir, 'pnpm-lock.yaml'), ...files]) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function readStamp(): string | undefined {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}

function writeStamp(hash: string): void {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}
