import { z } from 'zod';
import type { FolderKey, FolderStore } from '../app/ports/folder-store.ts';
import type { Folder } from '../domain/folder.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { time } from './rows.ts';

/** Folders and tags in Postgres. */
export function createPrismaFolderStore(database: Database): FolderStore {
  return {
    async list(userId) {
      return database.query(
        folderRow,
        folderStatement(Prisma.sql`f.user_id = ${userId}::uuid ORDER BY lower(f.name), f.id`),
      );
    },
    async add(folder, { countMax }) {
      const rows = await database.query(z.object({ id: z.string() }), addStatement(folder, countMax));
      return rows.length > 0;
    },
    async rename(change) {
      const [renamed] = await database.query(folderRow, renameStatement(change));
      if (renamed !== undefined) return { folder: renamed, renamed: true };
      const [folder] = await database.query(folderRow, folderStatement(mine(change)));
      return folder === undefined ? undefined : { folder, renamed: false };
    },
    async remove(key) {
      const rows = await database.query(
        z.object({ id: z.string() }),
        Prisma.sql`DELETE FROM folders f WHERE ${mine(key)} RETURNING f.id`,
      );
      return rows.length > 0;
    },
    async listTags(userId) {
      return database.query(z.object({ name: z.string(), conversationCount: z.number() }), tagsStatement(userId));
    },
  };
}

const folderRow: z.ZodType<Folder> = z
  .object({
    folder: z.object({
      id: z.string(),
      userId: z.string(),
      name: z.string(),
      createdAt: time,
      updatedAt: time,
      version: z.number(),
    }),
  })
  .transform(({ folder }) => folder);

const folderJson = Prisma.sql`json_build_object('id', f.id, 'userId', f.user_id, 'name', f.name, 'createdAt', f.created_at,
  'updatedAt', f.updated_at, 'version', f.version)`;

function mine({ folderId, userId }: FolderKey): Prisma.Sql {
  return Prisma.sql`f.id = ${folderId}::uuid AND f.user_id = ${userId}::uuid`;
}

function folderStatement(where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT ${folderJson} AS folder FROM folders f WHERE ${where}`;
}

/** Those who add at the same moment take turns, so that none passes the bound. */
function addStatement({ id, userId, name, createdAt, updatedAt, version }: Folder, countMax: number): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO folders (id, user_id, name, created_at, updated_at, version)
    SELECT ${id}::uuid, ${userId}::uuid, ${name}, ${createdAt.toISOString()}::timestamptz, ${updatedAt.toISOString()}::timestamptz,
      ${version}::int
    WHERE count_folders_in_turn(${userId}::uuid) < ${countMax}::int
    RETURNING id`;
}

function renameStatement(change: FolderKey & { name: string; version: number; nowMs: number }): Prisma.Sql {
  return Prisma.sql`
    UPDATE folders f
    SET name = ${change.name}, updated_at = ${new Date(change.nowMs).toISOString()}::timestamptz, version = f.version + 1
    WHERE ${mine(change)} AND f.version = ${change.version}::int
    RETURNING ${folderJson} AS folder`;
}

function tagsStatement(userId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT t.name, count(*)::int AS "conversationCount"
    FROM (
      SELECT unnest(c.tags) AS name FROM conversations c WHERE c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
      UNION ALL
      SELECT unnest(cm.tags)
      FROM conversation_members cm JOIN conversations c ON c.id = cm.conversation_id
      WHERE cm.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    ) t
    GROUP BY t.name
    ORDER BY lower(t.name), t.name`;
}
