import { Counter, Gauge, type Registry } from '@chatbot/service-kit';
import type { UnfinishedCount } from './app/ports/generation-store.ts';
import type { TurnKind } from './domain/generation.ts';

/** What the metrics look at of a turn. */
export type CountedTurn = {
  readonly conversation: { readonly id: string };
  readonly generation: { readonly kind: TurnKind };
  readonly replayed: boolean;
};

export type ChatMetrics = {
  /** Counts the messages of a turn; a replayed one has none. */
  recordTurn(turn: CountedTurn): void;
  /** Counts a message that asks for no reply. */
  recordNote(conversation: { readonly id: string }): void;
  /** Says where the unfinished generations are counted whenever the metrics are read. They are those of the whole system. */
  reportUnfinished(count: () => Promise<UnfinishedCount>): void;
};

const activeWindowMs = 5 * 60_000;
/** Bounds the memory of the gauge; beyond it the oldest are forgotten early. */
const activeCountMax = 100_000;

/** The metrics of chat-service itself; those of its rpcs are the kit's. */
export function createChatMetrics(registry: Registry, clock: () => number): ChatMetrics {
  const messages = new Counter({
    name: 'chat_messages_total',
    help: 'Messages stored, by role',
    labelNames: ['role'],
    registers: [registry],
  });
  // By conversation id, the time of its last turn; the order of a Map is that of insertion, so the oldest are first.
  const lastTurnsMs = new Map<string, number>();
  new Gauge({
    name: 'chat_active_conversations',
    help: 'Conversations in which this process stored a turn in the last 5 minutes, counted in its memory',
    registers: [registry],
    collect() {
      forgetOldest(lastTurnsMs, clock() - activeWindowMs);
      this.set(lastTurnsMs.size);
    },
  });
  function noteActive(id: string) {
    lastTurnsMs.delete(id);
    lastTurnsMs.set(id, clock());
    if (lastTurnsMs.size > activeCountMax) forgetOldest(lastTurnsMs, clock() - activeWindowMs);
  }

  return {
    reportUnfinished(count) {
      const oldest = new Gauge({
        name: 'generation_oldest_unfinished_seconds',
        help: 'Age of the oldest generation of the system that has no end; 0 without one',
        registers: [registry],
      });
      new Gauge({
        name: 'generation_unfinished',
        help: 'Generations of the system that have no end',
        registers: [registry],
        async collect() {
          // Without the database nothing is known: NaN, not the last figure.
          const unfinished = await count().catch(() => undefined);
          this.set(unfinished?.count ?? Number.NaN);
          oldest.set(unfinished === undefined ? Number.NaN : ageSeconds(unfinished.oldestCreatedAtMs, clock()));
        },
      });
    },
    recordTurn({ conversation, generation, replayed }) {
      if (replayed) return;
      messages.inc({ role: 'assistant' });
      if (generation.kind !== 'regenerate') messages.inc({ role: 'user' });
      noteActive(conversation.id);
    },
    recordNote({ id }) {
      messages.inc({ role: 'user' });
      noteActive(id);
    },
  };
}

function ageSeconds(createdAtMs: number | undefined, nowMs: number): number {
  return createdAtMs === undefined ? 0 : Math.max(0, nowMs - createdAtMs) / 1000;
}

function forgetOldest(lastTurnsMs: Map<string, number>, beforeMs: number): void {
  for (const [id, turnMs] of lastTurnsMs) {
    if (turnMs >= beforeMs && lastTurnsMs.size <= activeCountMax) return;
    lastTurnsMs.delete(id);
  }
}
