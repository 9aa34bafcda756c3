// Runs a module and ends when it has been evaluated: run-module.ts <file>
// A timer that a library leaves behind (Prisma's schema engine has one of ten seconds) does not hold up who waits for it.
import { pathToFileURL } from 'node:url';

const [file = ''] = process.argv.slice(2);
await import(pathToFileURL(file).href);
process.exit();
