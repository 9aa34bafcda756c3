import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { percentile } from './statistics.ts';

const fsyncCount = 50;
const pageBytes = 8_192;

/** One line about what the figures depend on: cores, memory, Node, what making a page durable costs, and other load. */
export function describeMachine(): string {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return [
    `${availableParallelism()} cores`,
    `${memoryGib} GiB memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.version}`,
    `fsync of 8 kB p50 ${measureFsyncMs().toFixed(2)} ms`,
    `load average at the start ${load.toFixed(1)}`,
  ].join(', ');
}

/** Where the throw-away databases lie, writing a page through to the disk. */
function measureFsyncMs(): number {
  const dir = mkdtempSync(join(tmpdir(), 'bench-fsync-'));
  const file = openSync(join(dir, 'page'), 'w');
  try {
    const page = Buffer.alloc(pageBytes, 1);
    const durationsMs = Array.from({ length: fsyncCount }, () => {
      writeSync(file, page);
      const startedAtMs = performance.now();
      fsyncSync(file);
      return performance.now() - startedAtMs;
    });
    return percentile(durationsMs, 0.5);
  } finally {
    closeSync(file);
    rmSync(dir, { recursive: true });
  }
}
