import type { SearchHit } from '../api/schemas.ts';

/** Where a hit is read: the conversation, on the branch of the message and down to it. */
export function hitAddress({ conversationId, messageId }: SearchHit): string {
  return messageId === undefined ? `/c/${conversationId}` : `/c/${conversationId}?message=${messageId}`;
}
