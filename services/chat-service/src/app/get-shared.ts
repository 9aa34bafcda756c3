import { secretTokenHash } from '../domain/secret-token.ts';
import type { SharedConversation } from '../domain/share.ts';
import { orNotFound } from './not-found.ts';
import type { ShareStore } from './ports/share-store.ts';
import type { Clock } from './ports/system.ts';

/** What a link shows, to anybody who has it. Throws RESOURCE_NOT_FOUND for a token that opens nothing (any more). */
export async function getShared(
  deps: { readonly shares: ShareStore; readonly clock: Clock },
  token: string,
): Promise<SharedConversation> {
  return orNotFound(await deps.shares.find({ tokenHash: secretTokenHash(token), nowMs: deps.clock() }));
}
