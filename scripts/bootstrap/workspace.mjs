import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { acquireLock } from './lock.mjs';
import { explainFailure, runQuietly } from './npm.mjs';
import { cacheDir, rootDir, toolchainDir } from './paths.mjs';
import { BootstrapError, withProgress } from './progress.mjs';

const lockPollMs = 200;

/**
 * Installs the dependencies, when the lockfile or a package.json has changed since they were.
 *
 * @param {{ nodePath: string, pnpmEntry: string, pnpmVersion: string }} toolchain
 * @param {NodeJS.ProcessEnv} env for pnpm
 * @throws {BootstrapError}
 */
export async function ensureDependencies(toolchain, env) {
  await ensure({
    name: 'installing dependencies',
    isDone: () => isInstalled(toolchain),
    step: () => install(toolchain, env),
  });
}

/**
 * Generates code, when what it is made from has changed since it was.
 *
 * @param {{ nodePath: string }} toolchain
 * @param {NodeJS.ProcessEnv} env for the generators
 * @throws {BootstrapError}
 */
export async function ensureGeneratedCode(toolchain, env) {
  await ensure({ name: 'generating code', isDone: isGenerated, step: () => generate(toolchain, env) });
}

async function ensure({ name, isDone, step }) {
  if (isDone()) return;
  const release = await waitForLock();
  try {
    // Asked again under the lock: another run may have done it meanwhile.
    if (!isDone()) await withProgress(name, step);
  } finally {
    release();
  }
}

async function install(toolchain, env) {
  const args = [toolchain.pnpmEntry, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  const result = await runQuietly(toolchain.nodePath, args, { cwd: rootDir, env });
  if (result.code !== 0) throw new BootstrapError(explainFailure('pnpm install', result.output));
  writeStamp('install', hashInstallInputs(toolchain));
}

async function generate(toolchain, env) {
  const args = ['--conditions=source', join(rootDir, 'scripts', 'generate.ts')];
  const result = await runQuietly(toolchain.nodePath, args, { cwd: rootDir, env });
  if (result.code !== 0) throw new BootstrapError(`Generating code failed:\n${result.output.trim()}`);
  writeStamp('generate', hashGenerateInputs());
}

function isInstalled(toolchain) {
  const linked = packageDirs().every((dir) => !hasDependencies(dir) || existsSync(join(dir, 'node_modules')));
  return linked && readStamp('install') === hashInstallInputs(toolchain);
}

function isGenerated() {
  const outputs = [
    join(rootDir, 'proto', 'src', 'generated'),
    ...prismaServiceDirs().map((dir) => join(dir, 'src', 'generated')),
  ];
  return outputs.every((path) => existsSync(path)) && readStamp('generate') === hashGenerateInputs();
}

function hashInstallInputs({ pnpmVersion }) {
  const manifests = packageDirs().map((dir) => join(dir, 'package.json'));
  const files = [join(rootDir, 'pnpm-lock.yaml'), join(rootDir, 'pnpm-workspace.yaml'), ...manifests];
  return hashFiles(files, `${pnpmVersion} ${process.platform}-${process.arch}`);
}

function hashGenerateInputs() {
  const services = prismaServiceDirs().flatMap((dir) => [
    join(dir, 'prisma.config.ts'),
    join(dir, 'prisma', 'schema.prisma'),
  ]);
  const protos = listFiles(join(rootDir, 'proto'), '.proto');
  const files = [join(rootDir, 'pnpm-lock.yaml'), join(rootDir, 'scripts', 'generate.ts'), ...services, ...protos];
  return hashFiles(files, '');
}

function packageDirs() {
  const groups = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(rootDir, group)).map((name) => join(rootDir, group, name)),
  );
  const all = [rootDir, join(rootDir, 'proto'), join(rootDir, 'scripts'), ...groups];
  return all.filter((dir) => existsSync(join(dir, 'package.json')));
}

function hasDependencies(dir) {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length > 0;
}

function prismaServiceDirs() {
  return packageDirs().filter((dir) => existsSync(join(dir, 'prisma', 'schema.prisma')));
}

function listFiles(dir, suffix) {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return listFiles(path, suffix);
      return entry.name.endsWith(suffix) ? [path] : [];
    })
    .sort();
}

function hashFiles(files, salt) {
  const hash = createHash('sha256').update(salt);
  for (const file of files) {
    hash.update(`\0${relative(rootDir, file)}\0`);
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

function stampPath(name) {
  return join(cacheDir, `${name}.stamp`);
}

function readStamp(name) {
  return existsSync(stampPath(name)) ? readFileSync(stampPath(name), 'utf8') : undefined;
}

function writeStamp(name, value) {
  mkdirSync(dirname(stampPath(name)), { recursive: true });
  writeFileSync(stampPath(name), value);
}

async function waitForLock() {
  for (;;) {
    const lock = acquireLock(join(toolchainDir, 'install.lock'));
    if (lock.acquired) return lock.release;
    await new Promise((resolve) => setTimeout(resolve, lockPollMs));
  }
}
