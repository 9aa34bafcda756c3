import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from './random.ts';

/** What goes to the server, and what comes back. */
export type Direction = 'requests' | 'answers';

/** How a disturbed connection breaks: before the server has seen the request, or once it has answered and nobody hears it. */
export type Disturbance = 'before' | 'after';

export type DisturbOptions = {
  /** How many of the pieces that a client sends break their connection, 0 to 1. */
  rate: number;
  random: Random;
  onDisturb?: (disturbance: Disturbance) => void;
};

/** A TCP proxy between a client and its server, through which the network between them can fail. */
export type TcpProxy = AsyncDisposable & {
  readonly host: string;
  readonly port: number;
  /** How many connections there are. */
  readonly connectionCount: number;
  /** Resets every connection; new ones work. */
  reset(): void;
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Accepts connections and bytes and passes nothing on, as a network that is partitioned. Without a direction: both. */
  blackhole(direction?: Direction): void;
  /** Reads nothing more of what the server sends, so that its window closes, as for a client that does not read. Loses nothing. */
  stall(): void;
  /** Passes every piece on after this long. */
  delay(delayMs: number): void;
  /** Breaks connections at random, half of them before a request reaches the server, half after it took effect. */
  disturb(options: DisturbOptions): void;
  /** Passes everything on again. What fell into a black hole is lost, and the connections that were open then are reset. */
  heal(): Promise<void>;
};

export type TcpProxyOptions = {
  target: { host: string; port: number };
  /** Port to listen on; 0 for any. */
  port?: number;
  /** Made for every connection; sees all that its client sends. */
  createTap?: () => (bytes: Buffer) => void;
};

type Weather = {
  readonly dropped: ReadonlySet<Direction>;
  readonly delayMs: number;
  readonly isStalled: boolean;
  readonly disturbed?: DisturbOptions;
};

const fair: Weather = { dropped: new Set(), delayMs: 0, isStalled: false };

/** Starts a proxy in front of `target`, which need not listen yet. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { target, createTap } = options;
  const host = '127.0.0.1';
  const links = new Set<Link>();
  let weather = fair;
  const server = createServer((client) => {
    const link = createLink({ client, server: connect(target), weather: () => weather, tap: createTap?.() });
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  const port = await listen(server, { host, port: options.port ?? 0 });

  function reset() {
    for (const link of links) link.reset();
  }

  async function cut() {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    reset();
    await closed;
  }

  return {
    host,
    port,
    get connectionCount() {
      return links.size;
    },
    reset,
    cut,
    blackhole(direction) {
      const dropped = direction === undefined ? ['requests', 'answers'] : [...weather.dropped, direction];
      weather = { ...weather, dropped: new Set(dropped as Direction[]) };
    },
    stall() {
      weather = { ...weather, isStalled: true };
      for (const link of links) link.stall();
    },
    delay(delayMs) {
      weather = { ...weather, delayMs };
    },
    disturb(disturbed) {
      weather = { ...weather, disturbed };
    },
    async heal() {
      if (weather.dropped.size > 0) reset();
      weather = fair;
      for (const link of links) link.resume();
      if (!server.listening) await listen(server, { host, port });
    },
    [Symbol.asyncDispose]: cut,
  };
}

/** The same URL by way of a proxy. */
export function urlThrough({ host, port }: TcpProxy, url: string): string {
  const proxied = new URL(url);
  proxied.hostname = host;
  proxied.port = String(port);
  return proxied.href;
}

type Link = { reset(): void; stall(): void; resume(): void };

type LinkOptions = {
  client: Socket;
  server: Socket;
  weather: () => Weather;
  tap: ((bytes: Buffer) => void) | undefined;
};

/** One connection and its other half. Reset, not closed: that is what a crash and a lost network look like. */
function createLink({ client, server, weather, tap }: LinkOptions): Link {
  let breaksAtAnswer = false;
  /** When the last piece that was held back is due, in each direction: no later one may overtake it. */
  const dueAtMs: Record<Direction, number> = { requests: 0, answers: 0 };
  const held: Record<Direction, Buffer[]> = { requests: [], answers: [] };

  function reset() {
    client.resetAndDestroy();
    server.resetAndDestroy();
  }

  function pass(direction: Direction, to: Socket, bytes: Buffer) {
    const { dropped, delayMs } = weather();
    if (dropped.has(direction)) return;
    const nowMs = performance.now();
    if (delayMs === 0 && held[direction].length === 0) {
      if (!to.write(bytes)) holdUntilDrained(direction, to);
      return;
    }
    held[direction].push(bytes);
    dueAtMs[direction] = Math.max(dueAtMs[direction], nowMs + delayMs);
    setTimeout(() => writeHeld(direction, to), Math.ceil(dueAtMs[direction] - nowMs) + 1);
  }

  /** As many timers as pieces, and the pieces in order, in whichever order the timers fire. */
  function writeHeld(direction: Direction, to: Socket) {
    const bytes = held[direction].shift();
    if (bytes !== undefined && to.writable) to.write(bytes);
  }

  /** A reader that is slow slows the writer down here, too. */
  function holdUntilDrained(direction: Direction, to: Socket) {
    const from = direction === 'requests' ? client : server;
    from.pause();
    to.once('drain', () => {
      if (from === client || !weather().isStalled) from.resume();
    });
  }

  client.on('data', (bytes) => {
    tap?.(bytes);
    const disturbance = chooseDisturbance(weather().disturbed);
    if (disturbance === 'before') return reset();
    if (disturbance === 'after') breaksAtAnswer = true;
    pass('requests', server, bytes);
  });
  server.on('data', (bytes) => {
    if (breaksAtAnswer) reset();
    else pass('answers', client, bytes);
  });
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.setNoDelay(true);
    socket.on('error', () => {
      // What follows is the close.
    });
    socket.on('end', () => other.end());
    socket.on('close', (hadError) => (hadError ? other.resetAndDestroy() : other.end()));
  }
  if (weather().isStalled) server.pause();
  return { reset, stall: () => void server.pause(), resume: () => void server.resume() };
}

function chooseDisturbance(disturbed: DisturbOptions | undefined): Disturbance | undefined {
  if (disturbed === undefined || !disturbed.random.chance(disturbed.rate)) return undefined;
  const disturbance = disturbed.random.chance(0.5) ? 'before' : 'after';
  disturbed.onDisturb?.(disturbance);
  return disturbance;
}

async function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  server.listen(address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port');
  return bound.port;
}
