import type { Logger } from '../logger.ts';
import type { DomainEvent, DomainEventPublisher } from './domain-event.ts';

/** Events that a service has stored together with what they tell of. */
export type Outbox = {
  /**
   * Takes out up to `countMax` of the oldest events, for good when `publish` resolves and not at all when it throws. How many they were. Of several
   * callers at once each gets others.
   */
  take(countMax: number, publish: (events: readonly DomainEvent[]) => Promise<void>): Promise<number>;
};

const batchSize = 200;
const intervalMs = 500;

/**
 * Publishes what is in the outbox, again and again. An event is published after it was stored, at least once, and twice only when this process or its
 * database goes away between publishing and forgetting it. Disposing of it waits for the batch at hand.
 */
export function startOutboxRelay(options: {
  outbox: Outbox;
  publisher: DomainEventPublisher;
  logger: Logger;
}): AsyncDisposable {
  const { outbox, publisher, logger } = options;
  let reported = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = relay();

  async function relay() {
    let full = false;
    try {
      full = (await outbox.take(batchSize, (events) => publisher.publish(events))) === batchSize;
      reported = false;
    } catch (error) {
      if (!reported) logger.warn({ err: error }, 'events cannot be published at the moment; they are kept');
      reported = true;
    }
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = relay();
      },
      full ? 0 : intervalMs,
    );
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
