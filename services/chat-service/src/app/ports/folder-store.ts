import type { Folder } from '../../domain/folder.ts';

/** A folder, and who asks. */
export type FolderKey = { readonly folderId: string; readonly userId: string };

export type FolderStore = {
  /** All of a user's, by name. */
  list(userId: string): Promise<readonly Folder[]>;
  /** False when the user has that many already. */
  add(folder: Folder, bound: { readonly countMax: number }): Promise<boolean>;
  /** Renames it when the version is the current one, and returns it as it is then; undefined without such a folder. */
  rename(
    change: FolderKey & { readonly name: string; readonly version: number; readonly nowMs: number },
  ): Promise<{ readonly folder: Folder; readonly renamed: boolean } | undefined>;
  /** What was in it is in no folder any more. False without such a folder. */
  remove(key: FolderKey): Promise<boolean>;
  /** The tags of the user's conversations, by name, and of how many conversations. */
  listTags(userId: string): Promise<readonly { readonly name: string; readonly conversationCount: number }[]>;
};
