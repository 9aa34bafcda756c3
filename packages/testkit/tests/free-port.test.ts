import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { freePort } from '../src/free-port.ts';

const count = 300;

/** Another process that asks for ports, and keeps them until it is ended. */
const askElsewhere = `
  const { freePort } = await import(${JSON.stringify(new URL('../src/free-port.ts', import.meta.url).href)});
  console.log(JSON.stringify(await Promise.all(Array.from({ length: ${count} }, freePort))));
  setInterval(() => {}, 1_000);
`;

it('gives no port twice, to this process or to another one that has not ended', async () => {
  const other = spawn(process.execPath, ['--input-type=module', '--eval', askElsewhere], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface(other.stdout), 'line');
    const theirs = z.array(z.int()).parse(JSON.parse(line));
    const ours = await Promise.all(Array.from({ length: count }, freePort));
    expect(new Set([...theirs, ...ours]).size).toBe(2 * count);
  } finally {
    other.kill();
  }
});
