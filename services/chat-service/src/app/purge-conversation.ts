import { AppError } from '@chatbot/errors';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { TrashStore } from './ports/trash-store.ts';

/** Deletes a conversation that is in the trash, with its messages, for good. Throws RESOURCE_NOT_FOUND. */
export async function purgeConversation(deps: { readonly trash: TrashStore }, key: ConversationKey): Promise<void> {
  if (!(await deps.trash.purge(key))) throw new AppError('RESOURCE_NOT_FOUND');
}
