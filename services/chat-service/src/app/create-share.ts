import { AppError } from '@chatbot/errors';
import { newSecretToken, secretTokenHash } from '../domain/secret-token.ts';
import { type Share, shareCountMax, sharedMessageCountMax } from '../domain/share.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { ShareStore } from './ports/share-store.ts';
import type { Clock, NewId } from './ports/system.ts';
import { ownerRefusal } from './require-owner.ts';

export type CreateShareInput = ConversationKey & {
  /** The last message of the branch; absent takes the active one. */
  readonly leafId?: string | undefined;
  /** Absent lets it live until it is revoked. */
  readonly lifeMs?: number | undefined;
};

/**
 * Freezes a branch under a link; only for the owner. The token is returned this once. What changes later is not in it. Throws
 * RESOURCE_NOT_FOUND, also for a branch that is not there, PERMISSION_DENIED, or VALIDATION_FAILED when it is too long.
 */
export async function createShare(
  deps: {
    readonly shares: ShareStore;
    readonly conversations: ConversationStore;
    readonly newId: NewId;
    readonly clock: Clock;
  },
  { conversationId, userId, leafId, lifeMs }: CreateShareInput,
): Promise<{ readonly share: Share; readonly token: string }> {
  const token = newSecretToken();
  const nowMs = deps.clock();
  const expiresAt = lifeMs === undefined ? null : new Date(nowMs + lifeMs);
  const share = { id: deps.newId(), conversationId, createdAt: new Date(nowMs), expiresAt };
  const added = await deps.shares.add({ share, userId, leafId, tokenHash: secretTokenHash(token) });
  if (added === 'missing') throw await ownerRefusal(deps, { conversationId, userId });
  if (added === 'full') {
    throw new AppError('VALIDATION_FAILED', {
      detail: `At most ${sharedMessageCountMax} messages that have ended can be shared, by at most ${shareCountMax} links at a time`,
    });
  }
  return { share: added, token };
}
