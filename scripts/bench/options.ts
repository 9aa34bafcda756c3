import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const benchNames = [
  'first-token',
  'throughput',
  'streams',
  'bytes',
  'idle',
  'login-flood',
  'overload',
  'store',
  'search',
] as const;
/** The benches of how replies are written, by one name. */
const generationBenches: readonly BenchName[] = ['first-token', 'streams', 'throughput', 'bytes'];
export type BenchName = (typeof benchNames)[number];

export const backendNames = ['embedded', 'real'] as const;
export type BackendName = (typeof backendNames)[number];

export interface BenchOptions {
  benches: readonly BenchName[];
  backends: readonly BackendName[];
  /** Turns measured for each row of first-token. */
  turns: number;
  /** Turns before those, which do not count. */
  warmUpTurns: number;
  /** Between two turns of first-token. */
  pauseMs: number;
  /** Connections on which nothing happens, for idle. */
  connectionCount: number;
  /** How many replies run at once, for each row of streams. */
  streamCounts: readonly number[];
  /** How long each row of streams is measured. */
  seconds: number;
  /** Accounts in the larger store of store and search, of 1,000 messages each. */
  accountCount: number;
  /** Requests measured for each row of store and search. */
  requestCount: number;
  /** Absolute; undefined writes nothing. */
  markdownFile: string | undefined;
  /** Absolute; undefined takes no profiles. */
  profileDir: string | undefined;
  help: boolean;
}

/** A command line that cannot be used; its message is all the reader needs. */
export class BenchOptionError extends Error {
  override name = 'BenchOptionError';
}

export const benchHelp = `pnpm bench [benches] [options]

Measures the system beside the bare chain (model server → gRPC → Socket.IO, nothing stored) and prints tables.

  first-token       time from sending a message to the first piece of the answer
  throughput        tokens a second of 50 replies that the model gives at once
  streams           concurrent replies at 20 tokens a second: delivered tokens and lag
  bytes             what a reply of 10,000 tokens costs in Redis and on the socket
  idle              what connections cost on which nothing happens; takes --connections
  generations       first-token, streams, throughput and bytes
  login-flood       concurrent replies while 50 people a second sign in; takes --streams and --seconds (20 is a fair test)
  overload          sending messages while a gateway is asked for ten times as many replies as it takes; takes --seconds
  store             opening and listing conversations among 1,000,000 messages in Postgres; filling it takes minutes
  search            full text search among them
  all               everything; without a name: first-token and throughput

  --backends <list> embedded,real (default both): PGlite and the Redis in JavaScript; Postgres and redis-server of this machine
  --turns <n>       first-token: turns measured for each row (default 200)
  --warm-up <n>     first-token: turns before those (default 100): code that runs for the first time is slow
  --pause <ms>      first-token: time between two turns (default 30), for what follows a reply
  --streams <list>  streams: replies at once, a row each (default 100,300)
  --connections <n> idle: how many (default 10000; both sides need as many open files)
  --seconds <n>     streams: length of a measurement (default 10)
  --accounts <n>    store, search: accounts in the larger store, 1,000 messages each (default 1000; the smaller one has 20)
  --requests <n>    store, search: requests measured for each row (default 500)
  --markdown <file> also write the tables to a file
  --profile <dir>   write a CPU profile of every process of the system to a folder
  --help            print this
`;

/** Reads the command line. Throws BenchOptionError saying what is wrong with it. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseStrictly(args);
  return {
    benches: parseBenches(positionals),
    backends: parseBackends(values.backends ?? backendNames.join(',')),
    turns: parseCount('--turns', values.turns ?? '200'),
    warmUpTurns: parseCount('--warm-up', values['warm-up'] ?? '100'),
    pauseMs: parseNumber('--pause', { text: values.pause ?? '30', min: 0 }),
    streamCounts: (values.streams ?? '100,300').split(',').map((text) => parseCount('--streams', text)),
    connectionCount: parseCount('--connections', values.connections ?? '10000'),
    seconds: parseCount('--seconds', values.seconds ?? '10'),
    accountCount: parseCount('--accounts', values.accounts ?? '1000'),
    requestCount: parseCount('--requests', values.requests ?? '500'),
    markdownFile: values.markdown === undefined ? undefined : resolve(values.markdown),
    profileDir: values.profile === undefined ? undefined : resolve(values.profile),
    help: values.help ?? false,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        backends: { type: 'string' },
        turns: { type: 'string' },
        'warm-up': { type: 'string' },
        pause: { type: 'string' },
        connections: { type: 'string' },
        streams: { type: 'string' },
        seconds: { type: 'string' },
        accounts: { type: 'string' },
        requests: { type: 'string' },
        markdown: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new BenchOptionError(`${error instanceof Error ? error.message : String(error)}\n\n${benchHelp}`);
  }
}

function parseBenches(names: readonly string[]): readonly BenchName[] {
  if (names.length === 0) return ['first-token', 'throughput'];
  if (names.includes('all')) return benchNames;
  return names.flatMap((name) => {
    if (name === 'generations') return generationBenches;
    const bench = benchNames.find((known) => known === name);
    if (bench === undefined) throw new BenchOptionError(`There is no bench "${name}".\n\n${benchHelp}`);
    return bench;
  });
}

function parseBackends(list: string): readonly BackendName[] {
  return list.split(',').map((name) => {
    const backend = backendNames.find((known) => known === name);
    if (backend === undefined) throw new BenchOptionError(`--backends takes embedded and real, not "${name}".`);
    return backend;
  });
}

function parseCount(option: string, text: string): number {
  return parseNumber(option, { text, min: 1 });
}

function parseNumber(option: string, { text, min }: { text: string; min: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= 100_000) return value;
  throw new BenchOptionError(`${option} takes a number from ${min} to 100000, not "${text}".`);
}
