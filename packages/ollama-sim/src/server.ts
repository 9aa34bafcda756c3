import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type OllamaSimConfig, resolveConfig } from './config.ts';
import type { ServerFault, SimContext } from './context.ts';
import { LoadedModels } from './loaded-models.ts';
import { Catalogue } from './models/catalogue.ts';
import { RequestLog, type SimRequest, type WaitOptions } from './request-log.ts';
import { handle } from './router.ts';
import { type ReleaseInput, release, reset } from './routes/control.ts';
import { Slots } from './slots.ts';
import { Ticker } from './ticker.ts';

// Longer than any client keeps an idle connection, so that it is never closed under a request on its way.
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** A running simulator. */
export interface OllamaSim extends AsyncDisposable {
  /** For example "http://127.0.0.1:11434". */
  readonly url: string;
  readonly port: number;
  /** The requests to models so far, oldest first, as they are at this moment. */
  readonly requests: readonly SimRequest[];
  /** Resolves with the first request for which the predicate holds, now or later; rejects at the timeout (5 s). */
  waitFor(predicate: (request: SimRequest) => boolean, options?: WaitOptions): Promise<SimRequest>;
  /** Opens the gates of the replies named, or of all; returns how many there were. */
  release(input?: ReleaseInput): number;
  /** Makes every request from now on fail in one way, or with "none" no longer. */
  setServerFault(fault: ServerFault): void;
  /** Drops faults, history, pulled and loaded models. */
  reset(): void;
  /** Closes every connection and the server at once. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks Ollama's HTTP API. Resolves when it listens; rejects with the system's error when it
 * cannot, for example EADDRINUSE.
 */
export async function startOllamaSim(config: OllamaSimConfig = {}): Promise<OllamaSim> {
  const context = createContext(config);
  const server = createServer((request, response) => {
    void handle(context, { request, response, signal: abortOnClose(request, response) });
  });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
  });
  server.listen(context.config.port, context.config.host);
  await once(server, 'listening');
  return createHandle(context, server);
}

function createContext(config: OllamaSimConfig): SimContext {
  const resolved = resolveConfig(config);
  const ticker = new Ticker();
  return {
    config: resolved,
    catalogue: new Catalogue(resolved),
    loadedModels: new LoadedModels(ticker),
    log: new RequestLog(resolved.historyMax),
    slots: new Slots(resolved),
    ticker,
    startedAt: new Date(),
    runs: new Map(),
    serverFault: 'none',
  };
}

function abortOnClose(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // Without a listener a connection that breaks would throw; it is 'close' that says what to do about it.
  request.on('error', () => {});
  response.on('error', () => {});
  response.on('close', () => {
    if (!response.writableFinished) {
      controller.abort();
    }
  });
  return controller.signal;
}

function createHandle(context: SimContext, server: Server): OllamaSim {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : context.config.port;
  const { host } = context.config;
  const close = async () => {
    if (server.listening) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
    context.ticker.stop();
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    get requests() {
      return context.log.list();
    },
    waitFor: (predicate, options) => context.log.waitFor(predicate, options),
    release: (input = {}) => release(context, input),
    setServerFault: (fault) => {
      context.serverFault = fault;
    },
    reset: () => reset(context),
    close,
    [Symbol.asyncDispose]: close,
  };
}
