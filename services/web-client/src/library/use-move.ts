import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { useArrange } from './use-arrange.ts';

/** Puts conversations into a folder, or out of theirs without one; a notice says so and offers to take it back. */
export function useMove(): (
  conversations: readonly Conversation[],
  folder: { id: string; name: string } | undefined,
) => void {
  const { arrange } = useArrange();
  const { library } = texts;
  return (conversations, folder) =>
    arrange(
      conversations,
      () => ({ folderId: folder?.id ?? null }),
      (count) => (folder === undefined ? library.takenOut(count) : library.moved(count, folder.name)),
    );
}
