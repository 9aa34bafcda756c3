// `pnpm dev`: npm start that restarts a service when its sources change, and rebuilds the page.
import { runStart } from './start/run-start.ts';

process.exit(await runStart(process, ['--watch', ...process.argv.slice(2)]));
