import process from 'node:process';
import { parseCommandLine } from './cli.ts';
import { startOllamaSim } from './server.ts';

// Nothing here outlives the process, so that there is nothing to wait for.
process.once('SIGTERM', () => process.exit(0));
process.once('SIGINT', () => process.exit(0));

try {
  const sim = await startOllamaSim(parseCommandLine(process.argv.slice(2), process.env));
  process.stdout.write(`${JSON.stringify({ listening: sim.url })}\n`);
} catch (error) {
  process.stderr.write(`ollama-sim: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
