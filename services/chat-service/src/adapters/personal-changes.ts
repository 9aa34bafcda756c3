import type { Conversation, PersonalChanges } from '../domain/conversation.ts';
import { Prisma } from '../generated/prisma/client.ts';

// What a person keeps for themselves is in the same columns of two tables: of the owner on conversations, of a member on
// conversation_members.

/** The SET list of an UPDATE of either table; where `condition` does not hold, everything stays. */
export function personalAssignments(changes: PersonalChanges) {
  const { pinned, archived, folderId, tags, activeLeafId } = changes;
  const given = [
    ...(pinned === undefined ? [] : [{ column: 'pinned', value: Prisma.sql`${pinned}::boolean` }]),
    ...(archived === undefined ? [] : [{ column: 'archived', value: Prisma.sql`${archived}::boolean` }]),
    ...(folderId === undefined ? [] : [{ column: 'folder_id', value: Prisma.sql`${folderId}::uuid` }]),
    ...(tags === undefined ? [] : [{ column: 'tags', value: Prisma.sql`${[...tags]}::text[]` }]),
    ...(activeLeafId === undefined ? [] : [{ column: 'active_leaf_id', value: Prisma.sql`${activeLeafId}::uuid` }]),
  ];
  return (alias: Prisma.Sql, condition: Prisma.Sql): Prisma.Sql => {
    const column = (name: string) => Prisma.sql`${alias}.${Prisma.raw(name)}`;
    const assignments = given.map(
      ({ column: name, value }) =>
        Prisma.sql`${Prisma.raw(name)} = CASE WHEN ${condition} THEN ${value} ELSE ${column(name)} END`,
    );
    // An UPDATE must set something.
    return assignments.length === 0 ? Prisma.sql`pinned = ${column('pinned')}` : Prisma.join(assignments, ', ');
  };
}

/** For a member's choice of a branch: what it was chosen over; it is over when that changes. */
export function chosenOver({ activeLeafId }: PersonalChanges): Prisma.Sql {
  if (activeLeafId === undefined) return Prisma.sql`active_leaf_over = cm.active_leaf_over`;
  return Prisma.sql`active_leaf_over = (SELECT c.active_leaf_id FROM conversations c WHERE c.id = cm.conversation_id)`;
}

/** That the folder of the changes, if any, is one of the user's. */
export function folderExists({ userId, changes }: { userId: string; changes: PersonalChanges }): Prisma.Sql {
  const { folderId } = changes;
  if (folderId === undefined || folderId === null) return Prisma.sql`true`;
  return Prisma.sql`EXISTS (SELECT FROM folders f WHERE f.id = ${folderId}::uuid AND f.user_id = ${userId}::uuid)`;
}

/** That the branch of the changes, if any, ends in a message of the conversation `c`. */
export function leafExists({ activeLeafId }: PersonalChanges): Prisma.Sql {
  if (activeLeafId === undefined) return Prisma.sql`true`;
  return Prisma.sql`EXISTS (SELECT FROM messages m WHERE m.id = ${activeLeafId}::uuid AND m.conversation_id = c.id)`;
}

/** A statement reads the table of members as it was before its own writes; this is how the user's row is now. */
export function withOwnSettings(
  conversation: Conversation,
  { userId, changes }: { userId: string; changes: PersonalChanges },
): Conversation {
  const members = conversation.members.map((member) => {
    if (member.userId !== userId) return member;
    const { pinned, archived, folderId, tags } = member;
    return {
      ...member,
      pinned: changes.pinned ?? pinned,
      archived: changes.archived ?? archived,
      folderId: changes.folderId === undefined ? folderId : changes.folderId,
      tags: changes.tags ?? tags,
      activeLeafId: changes.activeLeafId ?? member.activeLeafId,
    };
  });
  return { ...conversation, members };
}
