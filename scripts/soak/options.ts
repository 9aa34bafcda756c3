import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const scenarios = ['people', 'failing-calls', 'killed-gateway', 'rolling-restart'] as const;

export interface SoakCommand {
  /**
   * `people`: random people against random faults. `failing-calls`: the same people, while every twentieth thing that is sent fails. `killed-gateway`:
   * one reply a seed, whose gateway is killed in the middle. `rolling-restart`: many clients, while one gateway after the other is restarted.
   */
  scenario: (typeof scenarios)[number];
  /** One soak each. */
  seeds: readonly number[];
  minutes: number;
  people: number;
  /** Absolute; where the logs of a soak that failed go. Undefined keeps none. */
  logDir: string | undefined;
  help: boolean;
}

/** A command line that cannot be used; its message is all the reader needs. */
export class SoakOptionError extends Error {
  override name = 'SoakOptionError';
}

export const soakHelp = `pnpm soak [options]

Starts the whole system (three gateways, two ai-services), lets people use it while processes are killed and hang, connections break and Redis
forgets, mends everything, and checks that every promise was kept. Ends with 1 when one was not.

  --scenario <s>  people (default): as above; failing-calls: instead, every twentieth thing that is sent between processes, to Postgres and to Redis
                  fails from first to last; killed-gateway: each seed kills the gateway that writes a reply, at a token of its choice, and follows
                  the reply elsewhere; rolling-restart: many clients write while one gateway after the other is told to stop and started again
  --seeds <n>     how many soaks, with different choices (default 1)
  --seed <n>      the first seed (default: a random one); the same seed makes the same choices
  --minutes <n>   how long each soak lasts, besides starting and checking (default 1)
  --people <n>    how many people use the system at once (default 4; 200 clients in a rolling-restart)
  --log-dir <dir> keep the logs of soaks that failed in a folder
  --help          print this
`;

/** Reads the command line. Throws SoakOptionError saying what is wrong with it. */
export function parseSoakOptions(args: readonly string[], randomSeed: () => number): SoakCommand {
  const values = parseStrictly(args);
  const count = parseNumber('--seeds', { text: values.seeds ?? '1', min: 1 });
  const scenario = parseScenario(values.scenario ?? 'people');
  const peopleDefault = scenario === 'rolling-restart' ? '200' : '4';
  const first = values.seed === undefined ? randomSeed() : parseNumber('--seed', { text: values.seed, min: 0 });
  return {
    scenario,
    seeds: Array.from({ length: count }, (_unused, index) => first + index),
    minutes: parseNumber('--minutes', { text: values.minutes ?? '1', min: 0 }),
    people: parseNumber('--people', { text: values.people ?? peopleDefault, min: 1 }),
    logDir: values['log-dir'] === undefined ? undefined : resolve(values['log-dir']),
    help: values.help ?? false,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string' },
        seeds: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        people: { type: 'string' },
        'log-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new SoakOptionError(`${error instanceof Error ? error.message : String(error)}\n\n${soakHelp}`);
  }
}

function parseScenario(name: string): SoakCommand['scenario'] {
  const scenario = scenarios.find((known) => known === name);
  if (scenario !== undefined) return scenario;
  throw new SoakOptionError(`--scenario takes one of ${scenarios.join(', ')}, not "${name}".`);
}

function parseNumber(option: string, { text, min }: { text: string; min: number }): number {
  const number = Number(text);
  const isWhole = option === '--minutes' || Number.isInteger(number);
  if (text !== '' && isWhole && number >= min && number < 2 ** 31) return number;
  throw new SoakOptionError(`${option} takes a number from ${min} on, not "${text}".`);
}
