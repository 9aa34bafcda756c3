import { fillDatabase } from './fill-database.ts';
import { makeDemo } from './make-demo.ts';
import { parseSeedOptions, SeedOptionError, seedHelp } from './options.ts';

/** Runs the scenario that the arguments name, and returns the exit code. */
export async function runSeed(process: NodeJS.Process, args: readonly string[]): Promise<number> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  try {
    const options = parseSeedOptions(args, process.env);
    if (options === undefined) {
      say(seedHelp);
      return 0;
    }
    switch (options.scenario) {
      case 'demo':
        await makeDemo(options, say);
        break;
      case 'long':
        await fillDatabase({ ...options, shape: { accounts: 1, conversations: 1, messages: 5_000 }, say });
        break;
      case 'million':
        await fillDatabase({ ...options, shape: { accounts: 1_000, conversations: 50, messages: 20 }, say });
        break;
      default:
        options satisfies never;
    }
    return 0;
  } catch (error) {
    if (!(error instanceof SeedOptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
