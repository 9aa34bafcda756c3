import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers like an Ollama with one model, "llama3.2:latest", except for what a test takes over. */
export type FakeOllama = AsyncDisposable & {
  readonly url: string;
  /** How many connections were made to it. */
  connectionCount(): number;
  /** How many requests came for that path. */
  requestCount(path: string): number;
};

/** `answers` take over the paths they name, such as "/api/chat". */
export async function startFakeOllama(answers: Readonly<Record<string, Answer>>): Promise<FakeOllama> {
  let connectionCount = 0;
  const requestCounts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requestCounts.set(path, (requestCounts.get(path) ?? 0) + 1);
    request.resume();
    const answer = answers[path] ?? usual[path];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  server.on('connection', () => {
    connectionCount += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connectionCount: () => connectionCount,
    requestCount: (path) => requestCounts.get(path) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with status 200 and this text. */
export function text(body: string): Answer {
  return (_request, response) => response.writeHead(200).end(body);
}

export function json(body: unknown): Answer {
  return text(JSON.stringify(body));
}

/** One line of a streamed reply. */
export function line(content: string): string {
  return `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`;
}

export const lastLine = `${JSON.stringify({ message: { content: '' }, done: true, done_reason: 'stop', eval_count: 1 })}\n`;

const usual: Readonly<Record<string, Answer>> = {
  '/api/tags': json({ models: [{ name: 'llama3.2:latest', digest: 'a', size: 1 }] }),
  '/api/show': json({ capabilities: ['completion'] }),
  '/api/ps': json({ models: [{ name: 'llama3.2:latest' }] }),
  '/api/chat': text(line('Hello') + lastLine),
};
