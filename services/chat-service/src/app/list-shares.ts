import type { Share } from '../domain/share.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { ShareStore } from './ports/share-store.ts';
import type { Clock } from './ports/system.ts';
import { ownerRefusal } from './require-owner.ts';

/** The links of a conversation that have not expired; only for the owner. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED. */
export async function listShares(
  deps: { readonly shares: ShareStore; readonly conversations: ConversationStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<readonly Share[]> {
  const shares = await deps.shares.list({ ...key, nowMs: deps.clock() });
  if (shares === undefined) throw await ownerRefusal(deps, key);
  return shares;
}
