// `pnpm check`: everything about the code that can be judged without running it.
import { runChecks } from './check/run-checks.ts';

process.exitCode = (await runChecks()).length === 0 ? 0 : 1;
