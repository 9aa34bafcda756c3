// `pnpm bench`: measures the system beside the bare chain, in one run on one machine. See docs/performance.md.
import { runBench } from './bench/run-bench.ts';

process.exit(await runBench(process, process.argv.slice(2)));
