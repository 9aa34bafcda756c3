// `pnpm soak`: random clients against random faults, then a check of everything that may not have happened. See docs/reliability.md.
import { runSoak } from './soak/run-soak.ts';

process.exit(await runSoak(process, process.argv.slice(2)));
