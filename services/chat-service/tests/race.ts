import { AppError } from '@chatbot/errors';
import pg from 'pg';
import type { TestChatService } from './harness.ts';

/** Makes so many at the same moment: how many were made, and why the others were refused. */
export async function makeAtOnce(count: number, make: (index: number) => Promise<unknown>) {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => make(index)));
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [reasonOf(result.reason)] : []));
  return { made: count - refusals.length, refusals };
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.reason;
  throw error;
}

/** Storing a row of this name takes a moment, so that several who store one at once meet each other. */
export async function slowDownInserts(
  { databaseUrl }: TestChatService,
  { table, name }: { table: 'folders' | 'personas'; name: string },
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`
      CREATE FUNCTION take_a_moment() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON ${table} FOR EACH ROW WHEN (NEW.name = '${name}')
        EXECUTE FUNCTION take_a_moment()`);
  } finally {
    await client.end();
  }
}
