import type { Readable } from 'node:stream';
import { Agent, errors } from 'undici';
import type { OllamaEndpoint } from './endpoint.ts';
import { failureOfStatus, OllamaError } from './errors.ts';

export type TransportRequest = {
  endpoint: OllamaEndpoint;
  method: 'GET' | 'POST';
  /** Below the endpoint's prefix, for example "/api/tags". */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Closes the connection at any time: while it is made, before the first byte of the answer, in its middle. */
  signal: AbortSignal;
  /** Instead of the one for all requests. */
  idleTimeoutMs?: number;
};

/** HTTP towards Ollama: the configured addresses only, no redirects, connections kept alive between requests. */
export type OllamaTransport = AsyncDisposable & {
  /**
   * Resolves with the body of a 200 answer. Whoever asks has to read it to its end or destroy it.
   * Throws OllamaError, or the reason of the signal.
   */
  open(request: TransportRequest): Promise<Readable>;
  /** Like open, read to the end as text; over 8 MiB it is `malformed`. */
  readText(request: TransportRequest): Promise<string>;
};

export type TransportOptions = {
  /** From the request to the first byte of the answer; the loading of a model falls into it. */
  firstByteTimeoutMs: number;
  /** Between two pieces of an answer. */
  idleTimeoutMs: number;
};

const connectTimeoutMs = 2_000;
const releaseTimeoutMs = 1_000;
const textBytesMax = 8 * 1024 * 1024;
const errorBytesMax = 64 * 1024;
/** Read ahead of a slow reader; beyond it the connection is paused. */
const bufferedBytesMax = 64 * 1024;

/**
 * Node's own fetch ends a request after 300 s without headers, which is less than a large model may need to load, and costs
 * about half a millisecond more a request; undici's request is given limits of its own instead.
 */
export function createTransport(options: TransportOptions): OllamaTransport {
  const agent = new Agent({
    // A request over HTTP/2 could be given up without the connection being closed.
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: options.firstByteTimeoutMs,
    bodyTimeout: options.idleTimeoutMs,
    keepAliveTimeout: 30_000,
  });

  async function open(request: TransportRequest): Promise<Readable> {
    const { endpoint, method, body, signal } = request;
    try {
      const { statusCode, body: answer } = await agent.request({
        origin: endpoint.origin,
        path: `${endpoint.pathPrefix}${request.path}`,
        method,
        headers: headersOf(request),
        body: body ?? null,
        signal,
        highWaterMark: bufferedBytesMax,
        bodyTimeout: request.idleTimeoutMs ?? options.idleTimeoutMs,
      });
      // Whoever reads it meets its errors; one that comes when nobody reads must not end the process.
      answer.on('error', () => {});
      if (statusCode === 200) return answer;
      throw failureOfStatus(statusCode, await readAtMost(answer, errorBytesMax).catch(() => ''));
    } catch (thrown) {
      throw classify(thrown, { signal, otherwise: 'unreachable' });
    }
  }

  return {
    open,
    async readText(request) {
      const answer = await open(request);
      try {
        return await readAtMost(answer, textBytesMax);
      } catch (thrown) {
        throw classify(thrown, { signal: request.signal, otherwise: 'cut-off' });
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/**
 * Lets the connection be used again, once the last object of a stream has been read: nothing but the end of the HTTP answer should
 * follow it, and soon. On a server that differs the connection is closed.
 */
export function releaseConnection(body: Readable): void {
  if (body.closed) return;
  const timer = setTimeout(() => body.destroy(), releaseTimeoutMs);
  body.once('close', () => clearTimeout(timer));
  body.once('data', () => body.destroy());
  body.resume();
}

/** A fault of a connection as an OllamaError; when the caller gave up, the reason it gave. */
export function classify(
  thrown: unknown,
  { signal, otherwise }: { signal: AbortSignal; otherwise: 'unreachable' | 'cut-off' },
): unknown {
  if (signal.aborted) return isTimeout(signal.reason) ? new OllamaError(otherwise, { cause: thrown }) : signal.reason;
  if (thrown instanceof OllamaError) return thrown;
  if (thrown instanceof errors.HTTPParserError) return new OllamaError('malformed', { cause: thrown });
  if (thrown instanceof errors.HeadersOverflowError) return new OllamaError('malformed', { cause: thrown });
  return new OllamaError(otherwise, { cause: thrown });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function headersOf({ endpoint, headers, body }: TransportRequest): Record<string, string> {
  return {
    ...headers,
    accept: 'application/json, application/x-ndjson',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(endpoint.authorization === undefined ? {} : { authorization: endpoint.authorization }),
  };
}

async function readAtMost(body: Readable, bytesMax: number): Promise<string> {
  const pieces: Buffer[] = [];
  let byteCount = 0;
  for await (const piece of body) {
    if (!Buffer.isBuffer(piece)) throw new OllamaError('malformed');
    byteCount += piece.length;
    if (byteCount > bytesMax) throw new OllamaError('malformed');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
