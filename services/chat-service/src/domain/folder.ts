/** A place for conversations, of one person's own. Ids are UUIDv7. */
export type Folder = {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts the changes, from 1. */
  readonly version: number;
};

/** Bounds a list that is never paged. */
export const folderCountMax = 200;
export const folderNameLengthMax = 100;
