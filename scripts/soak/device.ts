import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@chatbot/testkit';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { frameSchema, Transcript } from './transcript.ts';

const ackSchema = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), problem: z.looseObject({ reason: z.string(), retryable: z.boolean() }) }),
]);

export type Ack = z.infer<typeof ackSchema> | 'lost';

export type DeviceOptions = { gatewayUrls: readonly string[]; accessToken: string; random: Random };

const ackTimeoutMs = 6_000;
const followEveryMs = 200;

/**
 * One client of a person: it connects to any gateway, connects anew when that one goes, and asks again for every reply that it wants and
 * has not seen the end of.
 */
export class Device implements AsyncDisposable {
  readonly transcripts = new Map<string, Transcript>();
  readonly #options: DeviceOptions;
  #gatewayUrls: readonly string[];
  readonly #wanted = new Set<string>();
  /** Followed on the connection there is now. */
  readonly #followed = new Set<string>();
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #socket: Socket | undefined;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#gatewayUrls = options.gatewayUrls;
    this.#running = this.#run();
  }

  /** Wants to see a reply to its end. */
  want(generationId: string): void {
    this.#wanted.add(generationId);
  }

  /** Follows no longer; what was seen is kept. */
  async unfollow(generationId: string): Promise<void> {
    this.#wanted.delete(generationId);
    await this.emit('generation:unfollow', { generationId });
    this.#followed.delete(generationId);
  }

  get isConnected(): boolean {
    return this.#socket?.connected === true;
  }

  /** Whether it has seen the end of every reply that it wants. */
  get isDone(): boolean {
    return [...this.#wanted].every((id) => this.transcripts.get(id)?.end !== undefined);
  }

  /** Drops its connection; the next one goes to any gateway. */
  reconnect(): void {
    this.#socket?.disconnect();
  }

  /** Its next connections go to these gateways. */
  turnTo(gatewayUrls: readonly string[]): void {
    this.#gatewayUrls = gatewayUrls;
  }

  /** Sends an event; "lost" when no answer came, whether it took effect or not. */
  async emit(event: string, payload: object): Promise<Ack> {
    const socket = this.#socket;
    if (socket?.connected !== true) return 'lost';
    const gone = new Promise<'lost'>((resolve) => void socket.once('disconnect', () => resolve('lost')));
    const answer = socket
      .timeout(ackTimeoutMs)
      .emitWithAck(event, payload)
      .then(
        (ack) => ackSchema.parse(ack),
        () => 'lost' as const,
      );
    return await Promise.race([answer, gone]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#socket?.disconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      if (this.#socket?.connected !== true) await this.#connect();
      else await this.#followWanted();
      await delay(followEveryMs, undefined, { signal: this.#closed.signal }).catch(() => {});
    }
  }

  async #connect(): Promise<void> {
    const { random, accessToken } = this.#options;
    this.#followed.clear();
    const socket = io(random.pick(this.#gatewayUrls), {
      auth: { token: accessToken },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: 3_000,
    });
    socket.on('generation:frame', (frame: unknown) => this.#onFrame(frame));
    socket.on('generation:unavailable', (report: { generationId: string }) => {
      this.#followed.delete(report.generationId);
    });
    const isConnected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('connect_error', () => resolve(false));
      this.#closed.signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    if (isConnected) this.#socket = socket;
    else socket.disconnect();
  }

  async #followWanted(): Promise<void> {
    for (const generationId of this.#wanted) {
      const transcript = this.transcripts.get(generationId);
      if (this.#followed.has(generationId) || transcript?.end !== undefined) continue;
      const ack = await this.emit('generation:follow', { generationId, lastSeq: transcript?.lastSeq ?? 0 });
      if (ack !== 'lost' && ack.ok) this.#followed.add(generationId);
    }
  }

  #onFrame(received: unknown): void {
    const frame = frameSchema.parse(received);
    const { generationId } = frame;
    const transcript = this.transcripts.get(generationId) ?? new Transcript(generationId);
    this.transcripts.set(generationId, transcript);
    transcript.add(frame);
  }
}
