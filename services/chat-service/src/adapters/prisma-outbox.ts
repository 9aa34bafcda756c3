import { type DomainEvent, domainEventSchema, type Outbox } from '@chatbot/service-kit';
import { z } from 'zod';
import type { Database } from './database.ts';

const transactionMs = 10_000;

/** The outbox table. Rows that another replica is publishing are passed over. */
export function createPrismaOutbox(database: Database): Outbox {
  return {
    take: (countMax, publish) =>
      database.run((prisma) =>
        prisma.$transaction(
          async (transaction) => {
            const rows = await transaction.$queryRaw`
              DELETE FROM outbox o
              USING (SELECT position FROM outbox ORDER BY position LIMIT ${countMax}::int FOR UPDATE SKIP LOCKED) due
              WHERE o.position = due.position
              RETURNING o.event`;
            const events = z.array(eventRow).parse(rows);
            if (events.length > 0) await publish(events);
            return events.length;
          },
          { timeout: transactionMs },
        ),
      ),
  };
}

const eventRow = z.object({ event: domainEventSchema }).transform(({ event }): DomainEvent => event);
