import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { BootstrapError } from './progress.mjs';

/**
 * Runs a program to its end and keeps what it prints, to be shown only when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}\n${signal}` : output }));
  });
}

/**
 * Installs one package into a folder, without its install scripts.
 *
 * @param {{ folder: string, spec: string }} options spec is name@version
 * @throws {BootstrapError} with what to do about it
 */
export async function npmInstall({ folder, spec }) {
  const { command, argsBefore, shell } = findNpm();
  const flags = '--no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error'.split(' ');
  const args = [...argsBefore, 'install', '--prefix', folder, ...flags, spec];
  const result = await runQuietly(command, args, { shell, cwd: folder }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new BootstrapError('npm is needed and was not found on PATH. It comes with Node: https://nodejs.org');
  });
  if (result.code !== 0) throw new BootstrapError(explainFailure(`npm install ${spec}`, result.output));
}

/**
 * Turns a package manager's output into the reason and the remedy, where the output gives one away.
 *
 * @param {string} what the command that failed
 * @param {string} output
 * @returns {string}
 */
export function explainFailure(what, output) {
  const tail = output.trim().split('\n').slice(-15).join('\n');
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|dns error/i.test(output)) {
    return `${what}: the npm registry cannot be reached. Check the network, and proxy settings if there is a proxy.\n${tail}`;
  }
  if (/EACCES|EPERM|EROFS|Permission denied/i.test(output)) {
    return `${what}: no permission to write into the project's folder.\n${tail}`;
  }
  if (/ENOSPC/.test(output)) return `${what}: the disk is full.\n${tail}`;
  return `${what} failed:\n${tail}`;
}

function findNpm() {
  const execPath = process.env.npm_execpath;
  // Under pnpm or yarn the variable names that tool instead.
  if (execPath !== undefined && basename(execPath) === 'npm-cli.js') {
    return { command: process.execPath, argsBefore: [execPath], shell: false };
  }
  const windows = process.platform === 'win32';
  return { command: windows ? 'npm.cmd' : 'npm', argsBefore: [], shell: windows };
}
