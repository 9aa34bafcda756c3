import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { Connection, TurnRequest, TurnResult } from './path-under-test.ts';

const silenceMaxMs = 60_000;

const ackSchema = z.object({
  ok: z.literal(true),
  data: z.object({ conversationId: z.string(), generationId: z.string() }),
});

/** Connects to a gateway (the system's or the bare chain's: they speak the same protocol) over a websocket. */
export async function connectSocket(options: { url: string; token?: string | undefined }): Promise<Connection> {
  const socket = io(options.url, {
    transports: ['websocket'],
    auth: { token: options.token },
    reconnection: false,
    forceNew: true,
  });
  await connected(socket);
  let turn: Turn | undefined;
  socket.on('generation:frame', (frame: unknown) => turn?.onFrame(frame));
  socket.on('generation:unavailable', (report: unknown) => turn?.fail(`unavailable: ${JSON.stringify(report)}`));
  socket.on('disconnect', (reason) => turn?.fail(`the connection was closed: ${reason}`));
  return {
    runTurn(request) {
      turn = new Turn(request);
      turn.send(socket);
      return turn.result;
    },
    [Symbol.dispose]: () => void socket.disconnect(),
  };
}

async function connected(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve);
  socket.once('connect_error', reject);
  await promise;
}

/** One message and the frames of its reply. */
class Turn {
  readonly #request: TurnRequest;
  readonly #outcome = Promise.withResolvers<TurnResult>();
  #silence: NodeJS.Timeout | undefined;
  #sentAtMs = 0;
  #ack: { ackAtMs: number; conversationId: string; generationId: string } | undefined;
  #firstTextAtMs: number | undefined;
  #endedAtMs: number | undefined;

  constructor(request: TurnRequest) {
    this.#request = request;
  }

  get result(): Promise<TurnResult> {
    return this.#outcome.promise;
  }

  send(socket: Socket): void {
    const { model, tokensMax, conversationId } = this.#request;
    const message = {
      clientMessageId: randomUUID(),
      content: 'How does it work?',
      model,
      params: { maxTokens: tokensMax },
      ...(conversationId === undefined ? {} : { conversationId }),
    };
    this.#silence = setTimeout(() => this.fail(`nothing came for ${silenceMaxMs} ms`), silenceMaxMs);
    this.#sentAtMs = performance.now();
    socket.emit('message:send', message, (answer: unknown) => this.#onAck(answer));
  }

  onFrame(frame: unknown): void {
    const nowMs = performance.now();
    this.#silence?.refresh();
    if (isDelta(frame)) {
      this.#firstTextAtMs ??= nowMs;
      this.#request.onText?.(frame.text);
    } else if (isEnd(frame)) {
      this.#endedAtMs = nowMs;
      if (frame.status === 'completed') this.#settle();
      else this.fail(`it ended: ${JSON.stringify(frame)}`);
    }
  }

  fail(reason: string): void {
    clearTimeout(this.#silence);
    this.#outcome.reject(new Error(`A turn failed: ${reason}`));
  }

  #onAck(answer: unknown): void {
    const ackAtMs = performance.now();
    const ack = ackSchema.safeParse(answer);
    if (!ack.success) {
      this.fail(`it was refused: ${JSON.stringify(answer)}`);
      return;
    }
    this.#ack = { ackAtMs, ...ack.data.data };
    this.#settle();
  }

  #settle(): void {
    if (this.#ack === undefined || this.#endedAtMs === undefined) return;
    clearTimeout(this.#silence);
    this.#outcome.resolve({
      sentAtMs: this.#sentAtMs,
      ...this.#ack,
      firstTextAtMs: this.#firstTextAtMs ?? Number.NaN,
      endedAtMs: this.#endedAtMs,
    });
  }
}

// No schema library here: this runs for every token.

function isDelta(frame: unknown): frame is { text: string } {
  return isFrame(frame, 'delta') && 'text' in frame && typeof frame.text === 'string';
}

function isEnd(frame: unknown): frame is { status: string } {
  return isFrame(frame, 'end') && 'status' in frame && typeof frame.status === 'string';
}

function isFrame(frame: unknown, type: string): frame is object {
  return typeof frame === 'object' && frame !== null && 'type' in frame && frame.type === type;
}
