import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, type Random } from '@chatbot/testkit';
import { z } from 'zod';
import { Device } from './device.ts';

export const turnSchema = z.object({
  conversationId: z.string(),
  userMessageId: z.string(),
  assistantMessageId: z.string(),
  generationId: z.string(),
});

export type Turn = z.infer<typeof turnSchema>;

/** A turn that was acknowledged, and what asked for it. */
export type AckedTurn = Turn & { readonly action: string; readonly content?: string };

export type PersonOptions = {
  gatewayUrls: readonly string[];
  accessToken: string;
  random: Random;
  models: readonly string[];
};

const deviceCount = 2;
/** Asking again for so long outlasts every fault of the soak. */
const attemptsMax = 40;
const pauseMaxMs = 250;

/** Somebody who writes, stops, edits and looks on from two devices, and remembers what was promised. */
export class Person implements AsyncDisposable {
  readonly accessToken: string;
  readonly turns: AckedTurn[] = [];
  /** What was sent and never acknowledged: it may be stored, once. */
  readonly unacked: string[] = [];
  /** Generations whose stop was acknowledged, with the status that was told. */
  readonly stops = new Map<string, string>();
  readonly violations: string[] = [];
  readonly devices: readonly Device[];
  /** How often each action was done. */
  readonly counts = new Map<string, number>();
  readonly #random: Random;
  readonly #models: readonly string[];
  #asked = 0;

  constructor({ gatewayUrls, accessToken, random, models }: PersonOptions) {
    this.accessToken = accessToken;
    this.#random = random;
    this.#models = models;
    this.devices = Array.from(
      { length: deviceCount },
      (_unused, index) => new Device({ gatewayUrls, accessToken, random: random.fork(`device ${index}`) }),
    );
  }

  /** Does one thing after the other until told to stop. */
  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [name, act] = this.#chooseAction();
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      await act.call(this);
      await delay(this.#random.below(pauseMaxMs), undefined, { signal }).catch(() => {});
    }
  }

  /** Waits for the ends of all replies, on all devices. */
  wantEverything(): void {
    for (const device of this.devices) for (const { generationId } of this.turns) device.want(generationId);
  }

  get isDone(): boolean {
    return this.devices.every((device) => device.isDone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices.map((device) => device[Symbol.asyncDispose]()));
  }

  #chooseAction(): readonly [string, () => Promise<void>] {
    const weighted = actions.flatMap(([name, weight, act]) =>
      Array.from({ length: weight }, () => [name, act] as const),
    );
    return this.turns.length === 0 ? ['send', this.send] : this.#random.pick(weighted);
  }

  async send(): Promise<void> {
    const last = this.turns.at(-1);
    const goesOn = last !== undefined && this.#random.chance(0.4) && this.#isOver(last.generationId);
    const content = this.#newContent();
    const place = goesOn ? { conversationId: last.conversationId } : {};
    await this.#ask('send', 'message:send', { ...place, content, model: this.#random.pick(this.#models) }, content);
  }

  async edit(): Promise<void> {
    const { userMessageId } = this.#random.pick(this.turns);
    const content = this.#newContent();
    await this.#ask('edit', 'message:edit', { messageId: userMessageId, content }, content);
  }

  async regenerate(): Promise<void> {
    await this.#ask('regenerate', 'message:regenerate', {
      messageId: this.#random.pick(this.turns).assistantMessageId,
    });
  }

  async continueReply(): Promise<void> {
    const cut = this.turns.filter(({ generationId }) =>
      ['stopped', 'interrupted'].includes(this.#statusOf(generationId)),
    );
    if (cut.length === 0) return;
    const { generationId } = this.#random.pick(cut);
    await this.#ask('continue', 'generation:continue', { generationId });
  }

  async stop(): Promise<void> {
    const { generationId } = this.turns.at(-1 - this.#random.below(Math.min(3, this.turns.length))) ?? {
      generationId: '',
    };
    const device = this.#random.pick(this.devices);
    const seen = device.transcripts.get(generationId)?.lastSeq;
    const rendered = seen !== undefined && this.#random.chance(0.3) ? { renderedSeq: seen } : {};
    const ack = await device.emit('generation:stop', { generationId, ...rendered });
    if (ack === 'lost' || !ack.ok) return;
    const { status } = z.object({ status: z.string() }).parse(ack.data);
    const before = this.stops.get(generationId);
    if (before !== undefined && before !== status)
      this.violations.push(`stop of ${generationId} told ${before}, then ${status}`);
    this.stops.set(generationId, status);
  }

  async follow(): Promise<void> {
    this.#random.pick(this.devices).want(this.#random.pick(this.turns).generationId);
  }

  async unfollow(): Promise<void> {
    await this.#random.pick(this.devices).unfollow(this.#random.pick(this.turns).generationId);
  }

  async reconnect(): Promise<void> {
    this.#random.pick(this.devices).reconnect();
  }

  /** Asks until there is an answer, with the same id each time, as a client does that must not lose a message. */
  async #ask(action: string, event: string, payload: object, content?: string): Promise<void> {
    this.#asked += 1;
    const clientMessageId = `soak-${this.#random.seed}-${this.#asked}`;
    const device = this.#random.pick(this.devices);
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const ack = await device.emit(event, event === 'generation:continue' ? payload : { ...payload, clientMessageId });
      if (ack !== 'lost' && ack.ok) return this.#remember(action, turnSchema.parse(ack.data), content);
      // Refused for good: a reply of this branch is being written, or there is nothing to continue.
      if (ack !== 'lost' && !ack.problem.retryable) return;
      await delay(this.#random.below(400));
    }
    if (content !== undefined) this.unacked.push(content);
  }

  #remember(action: string, turn: Turn, content: string | undefined): void {
    this.turns.push({ ...turn, action, ...(content === undefined ? {} : { content }) });
    for (const device of this.devices) if (this.#random.chance(0.7)) device.want(turn.generationId);
  }

  #newContent(): string {
    return `soak ${this.#random.seed} ${this.#asked}`;
  }

  #statusOf(generationId: string): string {
    const ends = this.devices.map((device) => device.transcripts.get(generationId)?.end?.status);
    return ends.find((status) => status !== undefined) ?? '';
  }

  #isOver(generationId: string): boolean {
    return this.#statusOf(generationId) !== '';
  }
}

const actions: readonly (readonly [name: string, weight: number, act: (this: Person) => Promise<void>])[] = [
  ['send', 6, Person.prototype.send],
  ['edit', 2, Person.prototype.edit],
  ['regenerate', 2, Person.prototype.regenerate],
  ['continue', 2, Person.prototype.continueReply],
  ['stop', 4, Person.prototype.stop],
  ['follow', 3, Person.prototype.follow],
  ['unfollow', 1, Person.prototype.unfollow],
  ['reconnect', 3, Person.prototype.reconnect],
];

/** The people of one soak, each with choices of its own. */
export function createPeople(options: {
  gatewayUrls: readonly string[];
  accessTokens: readonly string[];
  models: readonly string[];
  seed: number;
}): Person[] {
  const { gatewayUrls, accessTokens, models, seed } = options;
  const random = createRandom(seed);
  return accessTokens.map(
    (accessToken, index) => new Person({ gatewayUrls, accessToken, random: random.fork(`person ${index}`), models }),
  );
}
