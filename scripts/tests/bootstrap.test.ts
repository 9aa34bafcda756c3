import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootDir } from '../root-dir.ts';
import { runScript } from './processes.ts';

const bootstrap = join(rootDir, 'scripts', 'bootstrap.mjs');

async function run(args: string[]) {
  await using process = runScript(bootstrap, { args });
  let stdout = '';
  process.child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  const [code] = await once(process.child, 'close');
  return { code, stdout, stderr: process.stderr() };
}

it('runs a command with its arguments and adds nothing to its stdout', async () => {
  const { code, stdout } = await run(['start', '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^npm start -- \[options\]/);
});

it("ends with the command's exit code and its message", async () => {
  const { code, stderr } = await run(['start', '--port', 'eighty']);
  expect(code).toBe(1);
  expect(stderr).toContain('--port takes a number from 0 to 65535, not "eighty".');
});

it('names the commands there are when asked for another', async () => {
  const { code, stderr } = await run(['strat']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Commands: start, test/);
});
