import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, toProblem } from '@chatbot/errors';

export type PublicServerOptions = {
  /** How long a client may take to send a request as a whole. Streams of answers have no limit. */
  requestTimeoutMs: number;
  /** The same for the headers. Default 10 s. */
  headersTimeoutMs?: number;
};

/** The request line counts as well. */
const headerBytesMax = 16_384;
/** Node looks for clients over their time this often; its default of 30 s would triple the limits. */
const checkIntervalMs = 1_000;

/**
 * The server of the public port. Whoever sends too slowly, too much before the body, or no HTTP at all is answered with a problem document, as far as an answer makes
 * sense, and loses the connection.
 */
export function createPublicServer(listener: RequestListener, options: PublicServerOptions): Server {
  const { headersTimeoutMs = 10_000, requestTimeoutMs } = options;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(checkIntervalMs, headersTimeoutMs),
      maxHeaderSize: headerBytesMax,
    },
    listener,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuse(socket, problemOf(error.code));
  });
  return server;
}

function problemOf(code: string | undefined): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('HEADERS_TOO_LARGE');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new AppError('REQUEST_TIMEOUT');
  return new AppError('VALIDATION_FAILED', { detail: 'The request cannot be read' });
}

/** By hand: what came is no request that could be answered in the usual way. */
function refuse(socket: Duplex, error: AppError): void {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
