import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countTests } from '../test/count-tests.ts';
import { makeTempDir } from './processes.ts';

function count(testResults: { status: string; tests: string[] }[]) {
  using dir = makeTempDir();
  const file = join(dir.path, 'report.json');
  const results = testResults.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  }));
  writeFileSync(file, JSON.stringify({ testResults: results }));
  return countTests(file);
}

it('counts what passed, what failed and everything that did not run', () => {
  const counts = count([
    { status: 'failed', tests: ['passed', 'failed'] },
    { status: 'passed', tests: ['passed', 'skipped', 'todo', 'pending'] },
  ]);
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 3 });
});

it('counts a file that could not be loaded as a failed test', () => {
  expect(count([{ status: 'failed', tests: [] }])).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it('counts a report that was never written as a failed test', () => {
  expect(countTests('/nowhere/report.json')).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
