import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageBin } from '../package-bin.ts';
import { rootDir } from '../root-dir.ts';
import { countTests, type TestCounts } from './count-tests.ts';

export interface TestRun {
  counts: TestCounts;
  /** vitest's own verdict: not 0 also for errors outside of any test. */
  code: number;
}

/** Runs vitest over the whole workspace, in this terminal. The arguments go to vitest. */
export async function runTests(args: readonly string[]): Promise<TestRun> {
  const reportDir = mkdtempSync(join(tmpdir(), 'test-report-'));
  const reportFile = join(reportDir, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  try {
    const vitest = spawn(packageBin(rootDir, 'vitest'), ['run', ...reporters, ...args], {
      cwd: rootDir,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    const [code] = await once(vitest, 'exit');
    return { counts: countTests(reportFile), code: code ?? 1 };
  } finally {
    rmSync(reportDir, { recursive: true, force: true });
  }
}
