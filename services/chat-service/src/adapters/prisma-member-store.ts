import { z } from 'zod';
import type { MemberObstacle, MemberStore } from '../app/ports/member-store.ts';
import type { Database } from './database.ts';
import {
  acceptInviteStatement,
  addInviteStatement,
  listFormerAuthorsStatement,
  listInvitesStatement,
  removeInviteStatement,
  removeMemberStatement,
  setMemberStatement,
} from './member-statements.ts';
import { inviteRow } from './rows.ts';

/** Members and invite links in Postgres. Each method is one round trip. */
export function createPrismaMemberStore(database: Database): MemberStore {
  return {
    async set(change) {
      const [row] = await database.query(doneRow, setMemberStatement(change));
      return row?.done === true ? 'set' : obstacleOf(row);
    },
    async remove(change) {
      const [row] = await database.query(doneRow, removeMemberStatement(change));
      return row?.done === true ? 'removed' : obstacleOf(row);
    },
    async listFormerAuthors(key) {
      const rows = await database.query(z.object({ id: z.string() }), listFormerAuthorsStatement(key));
      return rows.map(({ id }) => id);
    },
    async addInvite(invite) {
      const [row] = await database.query(doneRow, addInviteStatement(invite));
      return row?.done === true ? 'added' : obstacleOf(row);
    },
    async listInvites(key) {
      const rows = await database.query(z.object({ invite: inviteRow.nullable() }), listInvitesStatement(key));
      return rows.length === 0 ? undefined : rows.flatMap(({ invite }) => invite ?? []);
    },
    async removeInvite(key) {
      const [row] = await database.query(doneRow, removeInviteStatement(key));
      return row?.done === true ? 'removed' : obstacleOf(row);
    },
    async acceptInvite(invite) {
      const [row] = await database.query(
        z.object({ id: z.string(), full: z.boolean() }),
        acceptInviteStatement(invite),
      );
      return row?.full === true ? 'full' : row?.id;
    },
  };
}

const doneRow = z.object({ own: z.boolean(), done: z.boolean() });

/** What stood in the way of a change that was not made. */
function obstacleOf(row: z.output<typeof doneRow> | undefined): MemberObstacle {
  if (row === undefined) return 'missing';
  return row.own ? 'full' : 'not-owner';
}
