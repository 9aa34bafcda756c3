// `pnpm seed <scenario>`: fills a system with conversations. See `pnpm seed --help`.
import { runSeed } from './seed/run-seed.ts';

process.exit(await runSeed(process, process.argv.slice(2)));
