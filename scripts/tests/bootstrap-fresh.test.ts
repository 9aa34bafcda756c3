// The bootstrap in a fresh copy of the repository, with an npm and a pnpm that only take notes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { rootDir } from '../root-dir.ts';
import { findAlive, makeTempDir, runScript } from './processes.ts';

const fakePnpm = `import { appendFileSync } from 'node:fs';
appendFileSync(process.env.NOTES, 'pnpm ' + process.argv[2] + '\\n');`;

const fakeNpm = `#!/bin/sh
echo "npm $@" >> "$NOTES"
if [ -n "$NPM_FAILS_WITH" ]; then echo "npm error code $NPM_FAILS_WITH" >&2; exit 1; fi
while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/pnpm/bin"
cat > "$2/node_modules/pnpm/bin/pnpm.mjs" <<'END'
${fakePnpm}
END
`;

const fakeGenerate = `import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
appendFileSync(process.env.NOTES, 'generate\\n');
mkdirSync(join(import.meta.dirname, '..', 'proto', 'src', 'generated'), { recursive: true });`;

function makeClone() {
  const dir = makeTempDir();
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(dir.path, path)), { recursive: true });
    writeFileSync(join(dir.path, path), content);
  };
  for (const path of ['bootstrap.mjs', 'bootstrap', 'start/die-with-parent.mjs']) {
    cpSync(join(rootDir, 'scripts', path), join(dir.path, 'scripts', path), { recursive: true });
  }
  for (const path of ['packages', 'services', 'proto']) mkdirSync(join(dir.path, path));
  write('package.json', '{"type":"module"}');
  write('pnpm-lock.yaml', 'one');
  write('proto/a.proto', 'one');
  write('scripts/generate.ts', fakeGenerate);
  write('scripts/seed.ts', 'console.log("seeded", ...process.argv.slice(2));');
  write('bin/npm', fakeNpm);
  chmodSync(join(dir.path, 'bin', 'npm'), 0o755);
  const notesFile = join(dir.path, 'notes');
  const path = [join(dir.path, 'bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, npm_execpath: '', PATH: path, NOTES: notesFile };
  return {
    path: dir.path,
    write,
    notes: () => (existsSync(notesFile) ? readFileSync(notesFile, 'utf8').trim().split('\n') : []),
    env,
    bootstrap: (args: string[], extraEnv: NodeJS.ProcessEnv = {}) =>
      run([join(dir.path, 'scripts', 'bootstrap.mjs'), ...args], { ...env, ...extraEnv }),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

async function run(args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

const installNpm = expect.stringMatching(/^npm install --prefix .*--ignore-scripts.* pnpm@\d/);

it('installs what is missing, says so on stderr, and runs the command', async () => {
  using clone = makeClone();
  const { code, stdout, stderr } = await clone.bootstrap(['seed', 'demo', '--fast']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'seeded demo --fast\n' });
  expect(clone.notes()).toEqual([installNpm, 'pnpm install', 'generate']);
  expect(stderr).toMatch(/✓ installing pnpm .*\n✓ installing dependencies .*\n✓ generating code/);
});

it('does nothing and says nothing when run again', async () => {
  using clone = makeClone();
  await clone.bootstrap(['seed']);
  const { stdout, stderr } = await clone.bootstrap(['seed']);
  expect({ stdout, stderr }).toEqual({ stdout: 'seeded\n', stderr: '' });
  expect(clone.notes()).toHaveLength(3);
});

it.each([
  ['the lockfile', 'pnpm-lock.yaml', 'two', ['pnpm install', 'generate']],
  ['a package.json', 'package.json', '{"type":"module","name":"two"}', ['pnpm install']],
  ['a contract', 'proto/a.proto', 'two', ['generate']],
])('does again what depends on %s when that has changed', async (_what, path, content, expected) => {
  using clone = makeClone();
  await clone.bootstrap(['seed']);
  clone.write(path, content);
  await clone.bootstrap(['seed']);
  expect(clone.notes().slice(3)).toEqual(expected);
});

it('installs once when two start at once, and both run', async () => {
  using clone = makeClone();
  const results = await Promise.all([clone.bootstrap(['seed', 'a']), clone.bootstrap(['seed', 'b'])]);
  expect(results.map(({ stdout }) => stdout)).toEqual(['seeded a\n', 'seeded b\n']);
  expect(clone.notes().filter((note) => note === 'pnpm install' || note === 'generate')).toHaveLength(2);
  expect(readdirSync(join(clone.path, '.toolchain'))).toEqual([expect.stringMatching(/^pnpm-[\d.]+$/)]);
});

it.each([
  ['ENOTFOUND', 'the npm registry cannot be reached'],
  ['EACCES', "no permission to write into the project's folder"],
  ['ENOSPC', 'the disk is full'],
])('explains npm failing with %s and leaves nothing half installed', async (NPM_FAILS_WITH, message) => {
  using clone = makeClone();
  const { code, stderr } = await clone.bootstrap(['seed'], { NPM_FAILS_WITH });
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(readdirSync(join(clone.path, '.toolchain'))).toEqual([]);
});

it('says that npm is missing when it is', async () => {
  using clone = makeClone();
  const { code, stderr } = await clone.bootstrap(['seed'], { PATH: '/nowhere' });
  expect(code).toBe(1);
  expect(stderr).toContain('npm is needed and was not found on PATH');
});

it.each(['npm', 'bootstrap'] as const)('ends the command within moments when %s is killed', async (victim) => {
  using clone = makeClone();
  clone.write(
    'scripts/seed.ts',
    'console.log(JSON.stringify([process.ppid, process.pid])); setInterval(() => {}, 60_000);',
  );
  const command = `"${process.execPath}" "${join(clone.path, 'scripts', 'bootstrap.mjs')}" seed; true`;
  await using npm = runScript(join(import.meta.dirname, 'fixtures', 'npm.ts'), { args: [command], env: clone.env });
  const pids: [bootstrap: number, command: number] = JSON.parse(await npm.nextLine());
  process.kill(victim === 'npm' ? npm.pid : pids[0], 'SIGKILL');
  await vi.waitFor(() => expect(findAlive(pids)).toEqual([]), { timeout: 20_000 });
});
