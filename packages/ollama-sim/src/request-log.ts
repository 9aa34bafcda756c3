import type { IncomingHttpHeaders } from 'node:http';
import type { ChatMessage } from './models/model.ts';

/**
 * queued: waits for its turn; loading: waits for the model; streaming: admitted, also before its first token and at a
 * gate; done: answered completely; aborted: the client closed the connection; failed: an error or a fault ended it.
 */
export type RequestState = 'queued' | 'loading' | 'streaming' | 'done' | 'aborted' | 'failed';

/** One request to a model, as far as it has come. */
export interface SimRequest {
  readonly id: string;
  /** "/api/chat", "/api/generate", "/api/embed" or "/api/pull". */
  readonly path: string;
  /** As the client named it. */
  readonly model: string;
  /** For /api/generate the system text and the prompt, for /api/embed the inputs as user messages, for /api/pull none. */
  readonly messages: readonly ChatMessage[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly state: RequestState;
  readonly tokensSent: number;
  /** Milliseconds since the epoch, as the times below. */
  readonly startedAt: number;
  readonly firstTokenAt?: number;
  readonly closedAt?: number;
}

/** A request that the server still changes. */
export type RequestRecord = { -readonly [Key in keyof SimRequest]: SimRequest[Key] };

export interface WaitOptions {
  /** 20,000 unless told. */
  readonly timeoutMs?: number;
}

type NewRequest = Pick<SimRequest, 'path' | 'model' | 'messages' | 'options' | 'stream' | 'headers'>;

interface Waiter {
  readonly predicate: (request: SimRequest) => boolean;
  readonly resolve: (request: SimRequest) => void;
}

/** What the server was asked and how far it has come with it. */
export class RequestLog {
  readonly #historyMax: number;
  readonly #running = new Set<RequestRecord>();
  readonly #waiters = new Set<Waiter>();
  #ended: RequestRecord[] = [];
  #lastId = 0;

  constructor(historyMax: number) {
    this.#historyMax = historyMax;
  }

  add(input: NewRequest): RequestRecord {
    this.#lastId += 1;
    const record: RequestRecord = {
      id: String(this.#lastId),
      ...input,
      state: 'queued',
      tokensSent: 0,
      startedAt: Date.now(),
    };
    this.#running.add(record);
    this.#tell(record);
    return record;
  }

  setState(record: RequestRecord, state: 'queued' | 'loading' | 'streaming'): void {
    record.state = state;
    this.#tell(record);
  }

  addTokens(record: RequestRecord, count: number): void {
    record.firstTokenAt ??= Date.now();
    record.tokensSent += count;
    this.#tell(record);
  }

  /** Ends a request; one that has ended stays as it is. */
  end(record: RequestRecord, state: 'done' | 'aborted' | 'failed'): void {
    if (!this.#running.delete(record)) {
      return;
    }
    record.state = state;
    record.closedAt = Date.now();
    this.#ended.push(record);
    // Cut in bulk, so that a long history costs nothing a request.
    if (this.#ended.length > this.#historyMax * 2) {
      this.#ended = this.#historyMax === 0 ? [] : this.#ended.slice(-this.#historyMax);
    }
    this.#tell(record);
  }

  /** Returns the requests in the order in which they came, as they are now. */
  list(): SimRequest[] {
    const ended = this.#historyMax === 0 ? [] : this.#ended.slice(-this.#historyMax);
    const requests = [...ended, ...this.#running].sort((left, right) => Number(left.id) - Number(right.id));
    return requests.map((request) => ({ ...request }));
  }

  /** Forgets the requests that have ended. */
  forget(): void {
    this.#ended = [];
  }

  /** Resolves with the first request for which the predicate holds, now or after a change; rejects at the timeout. */
  waitFor(predicate: (request: SimRequest) => boolean, options: WaitOptions = {}): Promise<SimRequest> {
    const found = this.list().find(predicate);
    if (found !== undefined) {
      return Promise.resolve(found);
    }
    const timeoutMs = options.timeoutMs ?? 20_000;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        predicate,
        resolve: (request) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(request);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no such request within ${timeoutMs} ms; there are: ${this.#describe()}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  #tell(record: RequestRecord): void {
    for (const waiter of this.#waiters) {
      if (waiter.predicate(record)) {
        waiter.resolve({ ...record });
      }
    }
  }

  #describe(): string {
    const requests = this.list().map(({ id, model, state, tokensSent }) => `${id} ${model} ${state} ${tokensSent}`);
    return requests.join(', ') || 'none';
  }
}
