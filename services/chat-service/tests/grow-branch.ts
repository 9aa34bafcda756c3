import { createDatabase } from '../src/adapters/database.ts';
import type { TestChatService } from './harness.ts';

/** Puts `count` completed messages below a leaf named '1', each below the one before, and makes the last one the active leaf. */
export async function growBranch(
  { databaseUrl }: TestChatService,
  { leafId, count }: { leafId: string; count: number },
): Promise<void> {
  await using database = createDatabase({
    url: databaseUrl,
    poolMax: 1,
    statementTimeoutMs: 30_000,
    onConnectionLost: () => {},
  });
  await database.run(
    (prisma) => prisma.$executeRaw`
      WITH leaf AS (SELECT * FROM messages WHERE id = ${leafId}::uuid),
      ids AS (SELECT n, CASE WHEN n = 0 THEN leaf.id ELSE gen_random_uuid() END AS id
        FROM leaf, generate_series(0, ${count}::int) n),
      chain AS (SELECT n, id, lag(id) OVER (ORDER BY n) AS parent_id FROM ids),
      grown AS (
        INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, status, content_seq, model,
          created_at, updated_at, version)
        SELECT chain.id, leaf.conversation_id, leaf.user_id, chain.parent_id,
          CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, (n + 1)::text, 'completed', 0, '', now(), now(), 1
        FROM chain, leaf WHERE n > 0
      )
      UPDATE conversations c SET active_leaf_id = chain.id
      FROM chain, leaf WHERE c.id = leaf.conversation_id AND chain.n = ${count}::int`,
  );
}
