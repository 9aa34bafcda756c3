// `npm test`: every check, then every test. With arguments only vitest runs, with these: npm test -- packages/errors
import { runChecks } from './check/run-checks.ts';
import { runTests } from './test/run-tests.ts';

const args = process.argv.slice(2);
const failedChecks = args.length === 0 ? await runChecks() : [];
const { counts, code } = await runTests(args);

if (failedChecks.length > 0) console.log(`Checks that failed: ${failedChecks.join('; ')}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = failedChecks.length === 0 && code === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
