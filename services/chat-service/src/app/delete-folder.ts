import { AppError } from '@chatbot/errors';
import type { FolderKey, FolderStore } from './ports/folder-store.ts';

/** Deletes a folder; what was in it stays, in no folder. Throws RESOURCE_NOT_FOUND. */
export async function deleteFolder(deps: { readonly folders: FolderStore }, key: FolderKey): Promise<void> {
  if (!(await deps.folders.remove(key))) throw new AppError('RESOURCE_NOT_FOUND');
}
