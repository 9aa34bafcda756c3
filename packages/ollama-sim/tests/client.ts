import type { OllamaSim } from '../src/index.ts';

/** What the tests look at of an answer in JSON. */
export interface WireObject extends ChatLine {
  readonly models: readonly { readonly name: string }[];
  readonly requests: readonly object[];
  readonly embeddings: readonly (readonly number[])[];
}

/** A line of a chat. */
export interface ChatLine {
  readonly model?: string;
  readonly created_at?: string;
  readonly message?: { readonly role: string; readonly content: string };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly eval_count?: number;
  readonly load_duration?: number;
  readonly prompt_eval_duration?: number;
  readonly error?: string;
}

/** Posts JSON (a string goes as it is). */
export function post(sim: OllamaSim, path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(new URL(path, sim.url), { method: 'POST', body: text, ...init });
}

/** Posts to /api/chat with one user message, unless the body has its own. */
export function postChat(sim: OllamaSim, body: object, init: RequestInit = {}): Promise<Response> {
  return post(sim, '/api/chat', { messages: [{ role: 'user', content: 'Go' }], ...body }, init);
}

/** Yields the lines of a streamed answer as they come. */
export async function* readLines(response: Response): AsyncGenerator<ChatLine> {
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      yield JSON.parse(part);
    }
  }
  if (rest !== '') {
    throw new Error(`the last line has no end: ${rest}`);
  }
}

export function collectLines(response: Response): Promise<ChatLine[]> {
  return collect(readLines(response));
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}

/** Returns an answer's JSON. */
export async function jsonOf(response: Response | Promise<Response>): Promise<WireObject> {
  return JSON.parse(await (await response).text());
}

/** Returns the whole text of a streamed reply. */
export function textOf(lines: readonly ChatLine[]): string {
  return lines.map((line) => line.message?.content ?? '').join('');
}

/** Returns the text of the reply "0 1 2 …" of so many tokens. */
export function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => index).join(' ');
}
