import { unary } from '@chatbot/service-kit';
import { createConversation } from '../app/create-conversation.ts';
import { deleteConversation } from '../app/delete-conversation.ts';
import { getConversation } from '../app/get-conversation.ts';
import { listConversations } from '../app/list-conversations.ts';
import { listMessages } from '../app/list-messages.ts';
import { listTrash } from '../app/list-trash.ts';
import { setFeedback } from '../app/set-feedback.ts';
import { setGeneratedTitle } from '../app/set-generated-title.ts';
import { updateConversation } from '../app/update-conversation.ts';
import { readersOf } from '../domain/member.ts';
import {
  toWireChangedConversation,
  toWireConversation,
  toWireListedConversation,
  toWireListedMessage,
} from './convert.ts';
import type { ChatDeps } from './deps.ts';
import {
  conversationRequest,
  createConversationRequest,
  listConversationsRequest,
  listMessagesRequest,
  setFeedbackRequest,
  setGeneratedTitleRequest,
  updateConversationRequest,
} from './schemas.ts';

/** The rpcs on conversations and what they hold. */
export function conversationRpcs(deps: ChatDeps) {
  return {
    CreateConversation: unary({
      access: 'user',
      input: createConversationRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await createConversation(deps, { ...input, userId });
        return { conversation: toWireConversation(conversation, userId) };
      },
    }),

    GetConversation: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await getConversation(deps, { ...input, userId });
        return { conversation: toWireConversation(conversation, userId) };
      },
    }),

    ListConversations: unary({
      access: 'user',
      input: listConversationsRequest,
      handle: async ({ trashed, limit, cursor, ...filter }, { identity: { userId } }) => {
        if (trashed) {
          const trash = await listTrash(deps, { limit, cursor, userId });
          return { ...trash, conversations: trash.conversations.map((found) => toWireConversation(found, userId)) };
        }
        const page = await listConversations(deps, { limit, cursor, userId, filter });
        return { ...page, conversations: page.conversations.map((found) => toWireListedConversation(found, userId)) };
      },
    }),

    UpdateConversation: unary({
      access: 'user',
      input: updateConversationRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await updateConversation(deps, { ...input, userId });
        const { changes } = input;
        return { conversation: toWireChangedConversation(conversation, { viewerId: userId, changes }) };
      },
    }),

    DeleteConversation: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        const { conversation, generationIds } = await deleteConversation(deps, { ...input, userId: identity.userId });
        return {
          generationIds: [...generationIds],
          readerUserIds: [...readersOf(conversation)],
          version: conversation.version,
        };
      },
    }),

    ListMessages: unary({
      access: 'user',
      input: listMessagesRequest,
      handle: async (input, { identity }) => {
        const page = await listMessages(deps, { ...input, userId: identity.userId });
        return { ...page, messages: page.messages.map(toWireListedMessage) };
      },
    }),

    SetFeedback: unary({
      access: 'user',
      input: setFeedbackRequest,
      handle: async (input, { identity }) => {
        await setFeedback(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),

    SetGeneratedTitle: unary({
      access: 'service',
      input: setGeneratedTitleRequest,
      handle: async (input) => {
        const { conversation, changed } = await setGeneratedTitle(deps, input);
        return { conversation: toWireConversation(conversation, conversation.userId), changed };
      },
    }),
  };
}
