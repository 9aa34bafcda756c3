import type { Logger } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import type { GatewayMetrics } from '../metrics.ts';
import type { Frame } from './frame.ts';
import { type GenerationLog, logKeys, toFrame } from './log.ts';

/** Where the frames of one follower go. */
export type FrameSink = {
  /** Takes the next frame. Called with seq 1 higher than the last one, never twice. */
  deliver(frame: Frame): void;
  /** How the reader says that it cannot keep up; frames wait in the log meanwhile. */
  readonly backpressure?: Backpressure;
  /** The log ends before its end frame: it expired or Redis lost it. Nothing follows `seq`, the last frame delivered. */
  gone(seq: number): void;
};

export type Backpressure = {
  /** Whether so much is on its way to the reader that it had better get no more. */
  isFull(): boolean;
  /** Resolves when it takes more, or is gone. */
  drained(): Promise<void>;
};

export type Following = { close(): void };

type Follower = { readonly sink: FrameSink; seq: number; catchingUp: boolean; closed: boolean };

type Topic = {
  readonly generationId: string;
  /** Of its log. */
  readonly key: string;
  position: number;
  readonly followers: Set<Follower>;
};

export type TailDeps = {
  log: GenerationLog;
  /** Connection of the tail's own: its blocking reads would hold up everything else. */
  blocking: Redis;
  /** Any other connection. */
  redis: Redis;
  logger: Logger;
  metrics: GatewayMetrics;
  /** Unique among the running gateways. */
  owner: string;
  /** Called every second while nothing can be read: who waits for frames here waits in vain. */
  onCutOff: () => void;
};

export type LogTail = AsyncDisposable & {
  /** Whether nothing could be read for so long that followers had better go elsewhere. */
  readonly isCutOff: boolean;
  /** Delivers the frames after `afterSeq`: the logged ones, then live ones until the end. */
  follow(generationId: string, options: { afterSeq: number; sink: FrameSink }): Following;
};

const blockMs = 5_000;
const entriesMax = 512;
const catchUpPage = 256;
const retryMs = 250;
/** Twice as long as a read takes that finds nothing. */
const cutOffMs = 2 * blockMs;
const lookIntervalMs = 1_000;
/** A read asks about every log that is followed: the more there are, the longer it lets frames come together, 10 ms at most. */
const topicsPerPauseMs = 20;
const pauseMsMax = 10;

/**
 * One blocking read for all the logs that this gateway's clients follow. Every frame that reaches a client, live or replayed, was read
 * from a log here: there is no second path.
 */
export function startLogTail(deps: TailDeps): LogTail {
  const { log, blocking, redis, logger, metrics, onCutOff } = deps;
  const topics = new Map<string, Topic>();
  const wakeKey = `gen:wake:${deps.owner}`;
  let wakePosition = '0-0';
  let reading = false;
  let closed = false;
  /**
   * Counted, not taken from the clock: when this process stood still, because the machine was busy or asleep, answers of that time wait to be
   * read, and nobody is cut off.
   */
  let silentLooks = 0;

  const isCutOff = () => silentLooks * lookIntervalMs > cutOffMs;
  const watching = setInterval(() => {
    silentLooks += 1;
    if (isCutOff()) onCutOff();
  }, lookIntervalMs);

  /** Interrupts the blocking read, so that the next one includes a new topic. */
  function wake() {
    if (!reading) return;
    reading = false;
    redis
      .pipeline()
      .xadd(wakeKey, 'MAXLEN', 1, '*', 'w', '')
      .pexpire(wakeKey, 60_000)
      .exec()
      .catch((error: unknown) => logger.warn({ err: error }, 'tail could not be woken'));
  }

  async function readOnce() {
    const followed = [...topics.values()];
    const keys = [wakeKey, ...followed.map(({ key }) => key)];
    const positions = [wakePosition, ...followed.map(({ position }) => `${position}-0`)];
    reading = true;
    const answer = await blocking.xread('COUNT', entriesMax, 'BLOCK', blockMs, 'STREAMS', ...keys, ...positions);
    reading = false;
    silentLooks = 0;
    const byKey = new Map(followed.map((topic) => [topic.key, topic]));
    for (const [key, entries] of answer ?? []) {
      if (key === wakeKey) wakePosition = entries.at(-1)?.[0] ?? wakePosition;
      const topic = byKey.get(key);
      if (topic !== undefined) for (const entry of entries) dispatch(topic, toFrame(topic.generationId, entry));
    }
  }

  function dispatch(topic: Topic, frame: Frame) {
    topic.position = frame.seq;
    for (const follower of topic.followers) offer(topic, follower, frame);
  }

  function offer(topic: Topic, follower: Follower, frame: Frame) {
    if (follower.catchingUp || frame.seq <= follower.seq) return;
    if (frame.seq !== follower.seq + 1 || isFull(follower)) void catchUp(topic, follower);
    else deliver(topic, follower, frame);
  }

  function deliver(topic: Topic, follower: Follower, frame: Frame) {
    follower.seq = frame.seq;
    follower.sink.deliver(frame);
    if (frame.type === 'end') remove(topic, follower);
  }

  /** Reads a follower up to the tail's position, at its own pace; then it is live. Others do not wait for it. */
  async function catchUp(topic: Topic, follower: Follower) {
    follower.catchingUp = true;
    try {
      while (!follower.closed) {
        if (isFull(follower)) await follower.sink.backpressure?.drained();
        const frames = await log.read(topic.generationId, { afterSeq: follower.seq, limit: catchUpPage });
        for (const frame of frames) {
          if (follower.closed) return;
          if (frame.seq !== follower.seq + 1) return giveUp(topic, follower);
          deliver(topic, follower, frame);
          // What is left of the page is read again: it waits in the log, not here.
          if (isFull(follower)) break;
        }
        if (follower.seq >= topic.position) break;
        // The tail has seen frames that are not there any more.
        if (frames.length === 0) return giveUp(topic, follower);
      }
    } catch (error) {
      logger.warn({ err: error }, 'follower could not catch up');
      giveUp(topic, follower);
    } finally {
      follower.catchingUp = false;
    }
  }

  function giveUp(topic: Topic, follower: Follower) {
    if (follower.closed) return;
    if (follower.seq > 0) metrics.generationFrameGaps.inc();
    remove(topic, follower);
    follower.sink.gone(follower.seq);
  }

  function remove(topic: Topic, follower: Follower) {
    follower.closed = true;
    topic.followers.delete(follower);
    if (topic.followers.size === 0) topics.delete(topic.generationId);
  }

  /** After a lost connection: a log that Redis forgot will never get another frame. One that has not begun looks the same from here. */
  async function dropLostLogs() {
    for (const topic of [...topics.values()]) {
      if (await log.exists(topic.generationId)) continue;
      for (const follower of [...topic.followers]) giveUp(topic, follower);
    }
  }

  async function gather() {
    const pauseMs = Math.min(Math.floor(topics.size / topicsPerPauseMs), pauseMsMax);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  async function run() {
    let isInDoubt = false;
    while (!closed) {
      try {
        // Until it is known what Redis has kept: a read would wait for frames that never come.
        if (isInDoubt) await dropLostLogs();
        isInDoubt = false;
        await readOnce();
        await gather();
      } catch (error) {
        if (closed) return;
        isInDoubt = true;
        logger.warn({ err: error }, 'tail lost its connection');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  const running = run();

  return {
    get isCutOff() {
      return isCutOff();
    },
    follow(generationId, { afterSeq, sink }) {
      let topic = topics.get(generationId);
      const follower: Follower = { sink, seq: afterSeq, catchingUp: false, closed: false };
      if (topic === undefined) {
        topic = { generationId, key: logKeys.log(generationId), position: afterSeq, followers: new Set() };
        topics.set(generationId, topic);
        wake();
      }
      topic.followers.add(follower);
      if (afterSeq < topic.position) void catchUp(topic, follower);
      return { close: () => remove(topic, follower) };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearInterval(watching);
      blocking.disconnect();
      await running;
      await redis.del(wakeKey).catch(() => undefined);
    },
  };
}

function isFull({ sink }: Follower): boolean {
  return sink.backpressure?.isFull() === true;
}
