import { AppError } from '@chatbot/errors';
import { type Folder, folderCountMax } from '../domain/folder.ts';
import type { FolderStore } from './ports/folder-store.ts';
import type { Clock, NewId } from './ports/system.ts';

/** Makes an empty folder. Throws VALIDATION_FAILED when there are 200. */
export async function createFolder(
  deps: { readonly folders: FolderStore; readonly newId: NewId; readonly clock: Clock },
  { userId, name }: { readonly userId: string; readonly name: string },
): Promise<Folder> {
  const now = new Date(deps.clock());
  const folder = { id: deps.newId(), userId, name, createdAt: now, updatedAt: now, version: 1 };
  if (await deps.folders.add(folder, { countMax: folderCountMax })) return folder;
  throw new AppError('VALIDATION_FAILED', { detail: `There are ${folderCountMax} folders already` });
}
