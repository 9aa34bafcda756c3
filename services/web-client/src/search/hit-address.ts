import type { SearchHit } from '../api/schemas.ts';
import { messageAddress } from '../chat/message-address.ts';

/** Where a hit is read: the conversation, around the message. */
export function hitAddress({ conversationId, messageId }: SearchHit): string {
  return messageId === undefined ? `/c/${conversationId}` : messageAddress({ conversationId, id: messageId });
}
