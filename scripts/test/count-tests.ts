import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of vitest's JSON report that is read. */
const ReportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/**
 * Counts the tests of a report in vitest's JSON format. A file that failed as a whole, before any of its tests did, counts as one
 * failed test; so does a report that was never written.
 */
export function countTests(reportFile: string): TestCounts {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
  const { testResults } = ReportSchema.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  const statuses = testResults.flatMap(({ status, assertionResults }) => {
    const own = assertionResults.map((test) => test.status);
    return status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own;
  });
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  return { passed, failed, skipped: statuses.length - passed - failed };
}
