// `npm start`: everything the system needs on one machine, as processes that live and die with this one.
import { runStart } from './start/run-start.ts';

process.exit(await runStart(process, process.argv.slice(2)));
