import { AppError } from '@chatbot/errors';
import type { Folder } from '../domain/folder.ts';
import { orNotFound } from './not-found.ts';
import type { FolderKey, FolderStore } from './ports/folder-store.ts';
import type { Clock } from './ports/system.ts';

export type UpdateFolderInput = FolderKey & {
  readonly name: string;
  /** The version that the caller last saw. */
  readonly version: number;
};

/** Renames a folder when nobody did since. Throws RESOURCE_NOT_FOUND, or VERSION_CONFLICT with the current version in its metadata. */
export async function updateFolder(
  deps: { readonly folders: FolderStore; readonly clock: Clock },
  input: UpdateFolderInput,
): Promise<Folder> {
  const result = orNotFound(await deps.folders.rename({ ...input, nowMs: deps.clock() }));
  if (result.renamed) return result.folder;
  throw new AppError('VERSION_CONFLICT', { metadata: { currentVersion: String(result.folder.version) } });
}
