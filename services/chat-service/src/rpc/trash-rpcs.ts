import { unary } from '@chatbot/service-kit';
import { purgeConversation } from '../app/purge-conversation.ts';
import { restoreConversation } from '../app/restore-conversation.ts';
import { toWireConversation } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import { conversationRequest } from './schemas.ts';

/** The rpcs on what is in the trash. */
export function trashRpcs(deps: ChatDeps) {
  return {
    RestoreConversation: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await restoreConversation(deps, { ...input, userId });
        return { conversation: toWireConversation(conversation, userId) };
      },
    }),

    PurgeConversation: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        await purgeConversation(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),
  };
}
