import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { ShareStore } from './ports/share-store.ts';
import { ownerRefusal } from './require-owner.ts';

/** Ends a link and forgets what it showed; idempotent, only for the owner. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED. */
export async function revokeShare(
  deps: { readonly shares: ShareStore; readonly conversations: ConversationStore },
  { shareId, ...key }: ConversationKey & { readonly shareId: string },
): Promise<void> {
  if (!(await deps.shares.remove({ ...key, shareId }))) throw await ownerRefusal(deps, key);
}
