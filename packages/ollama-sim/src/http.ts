import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';

/** An answer that is an error: sent as `{"error": message}` with the status. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** One request and its response; the signal is aborted when the connection closes before the response is complete. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Sends a JSON answer, unless one has begun or the client has gone. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) });
}

/** Sends a plain text answer, unless one has begun or the client has gone. */
export function sendText(response: ServerResponse, status: number, body: string): void {
  send(response, { status, contentType: 'text/plain; charset=utf-8', body });
}

/**
 * Reads a JSON body and checks it. The content type is not looked at, as Ollama does not either.
 * Throws ApiError 400 for a body that is empty, no JSON or of another shape, and 413 for one over `bytesMax`.
 */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  input: { readonly schema: Schema; readonly bytesMax: number },
): Promise<z.output<Schema>> {
  const text = (await readBody(request, input.bytesMax)).toString('utf8');
  if (text.trim() === '') {
    throw new ApiError(400, 'missing request body');
  }
  const parsed = input.schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ApiError(400, `json: cannot unmarshal field ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}

function send(
  response: ServerResponse,
  answer: { readonly status: number; readonly contentType: string; readonly body: string },
): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      // The rest is read and dropped, because closing on a client that still sends would lose it the answer.
      chunks.length = 0;
      reject(new ApiError(413, 'http: request body too large'));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request was closed before its end')));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    // V8 words the end of its input in several ways, one of them as any other unexpected character.
    const isCut = /end of JSON|Unterminated/.test(message) || Number(position) === text.length;
    throw new ApiError(400, isCut ? 'unexpected EOF' : 'invalid character looking for beginning of value');
  }
}
