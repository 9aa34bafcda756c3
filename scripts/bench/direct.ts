import { Agent, type IncomingMessage, request } from 'node:http';
import type { Connection, PathUnderTest, TurnRequest, TurnResult } from './path-under-test.ts';

/** Asking the model server itself, over one kept-alive HTTP connection: the model's own time to the first token. */
export function directPath(modelServerUrl: string): PathUnderTest {
  return {
    name: 'model server, direct',
    async connect(): Promise<Connection> {
      const agent = new Agent({ keepAlive: true });
      return {
        runTurn: (turn) => ask({ url: `${modelServerUrl}/api/chat`, agent, turn }),
        [Symbol.dispose]: () => agent.destroy(),
      };
    },
  };
}

async function ask(options: { url: string; agent: Agent; turn: TurnRequest }): Promise<TurnResult> {
  const { url, agent, turn } = options;
  const sentAtMs = performance.now();
  const response = await post({ url, agent, body: chatBody(turn) });
  if (response.statusCode !== 200) throw new Error(`the model server answered ${response.statusCode}`);
  let firstTextAtMs = Number.NaN;
  for await (const _chunk of response) {
    if (Number.isNaN(firstTextAtMs)) firstTextAtMs = performance.now();
  }
  return { sentAtMs, firstTextAtMs, endedAtMs: performance.now(), conversationId: '', generationId: '' };
}

function chatBody({ model, tokensMax }: TurnRequest): string {
  const messages = [{ role: 'user', content: 'How does it work?' }];
  return JSON.stringify({ model, messages, stream: true, options: { num_predict: tokensMax } });
}

function post({ url, agent, body }: { url: string; agent: Agent; body: string }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body);
  });
}
