import type { Folder } from '../api/library.ts';
import { texts } from '../texts.ts';
import type { Narrowing } from './list-choice.tsx';

/** What a list is narrowed to, as the value of a choice: "all", "unread", or a folder's id or a tag behind its kind. */
export function placeOf({ folderId, tag, unread }: Narrowing): string {
  if (unread !== undefined) return 'unread';
  if (folderId !== undefined) return `folder:${folderId}`;
  return tag === undefined ? 'all' : `tag:${tag}`;
}

/** The other way round; what means nothing is everything. */
export function narrowingOf(place: string): Narrowing {
  if (place === 'unread') return { unread: 'true' };
  if (place.startsWith('folder:')) return { folderId: place.slice('folder:'.length) };
  return place.startsWith('tag:') ? { tag: place.slice('tag:'.length) } : {};
}

/** What a list is called. */
export function nameOfPlace({ folderId, tag, unread }: Narrowing, folders: readonly Folder[]): string {
  const { library } = texts;
  if (unread !== undefined) return library.unread;
  // Until its name is known, and when it has gone meanwhile.
  if (folderId !== undefined) return folders.find(({ id }) => id === folderId)?.name ?? library.folder;
  return tag ?? library.all;
}
