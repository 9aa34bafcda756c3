import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheDir, rootDir } from './paths.mjs';
import { BootstrapError } from './progress.mjs';
import { ensureToolchain } from './toolchain.mjs';
import { onParentGone } from './watch-parent.mjs';
import { ensureDependencies, ensureGeneratedCode } from './workspace.mjs';

const commands = [
  'start',
  'test',
  'dev',
  'bench',
  'soak',
  'check',
  'db-migrate',
  'seed',
  'certs',
  'keys-rotate',
  'env-make',
  'check-compose',
  'check-deploy',
  'generate',
  'build',
  'sbom',
  'audit',
];

/**
 * Prepares the machine and runs scripts/<command>.ts.
 *
 * @param {string[]} argv the command, then its own arguments
 * @returns {Promise<number>} the exit code of the command, or 1 when it could not be run
 */
export async function runCommand([command, ...args]) {
  try {
    const script = findScript(command);
    const toolchain = await ensureToolchain();
    const env = makeEnv(toolchain);
    await ensureDependencies(toolchain, env);
    if (command !== 'generate') await ensureGeneratedCode(toolchain, env);
    return await runScript({ nodePath: toolchain.nodePath, script, args, env });
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function findScript(command) {
  if (!commands.includes(command)) {
    throw new BootstrapError(
      `Usage: node scripts/bootstrap.mjs <command> [arguments]\nCommands: ${commands.join(', ')}`,
    );
  }
  const script = join(rootDir, 'scripts', `${command}.ts`);
  if (!existsSync(script))
    throw new BootstrapError(`The command "${command}" needs scripts/${command}.ts, which does not exist.`);
  return script;
}

function makeEnv({ binDirs }) {
  // On Windows the variable may be spelt Path.
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [...binDirs, process.env[pathName] ?? ''].join(delimiter);
  return { NODE_COMPILE_CACHE: join(cacheDir, 'compile'), ...process.env, [pathName]: path };
}

/** Runs the script with our terminal; the channel beside it tells the script when this process is gone. */
function runScript({ nodePath, script, args, env }) {
  const preload = pathToFileURL(join(rootDir, 'scripts', 'start', 'die-with-parent.mjs')).href;
  const child = spawn(nodePath, ['--import', preload, '--conditions=source', script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Without the channel the script ends itself, at the latest after a second.
  const stopWatching = onParentGone(() => child.connected && child.disconnect());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      stopWatching();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
