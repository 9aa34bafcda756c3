import { unary } from '@chatbot/service-kit';
import { getConversationActivity } from '../app/get-conversation-activity.ts';
import { setTyping } from '../app/set-typing.ts';
import { toWireGeneration } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import { toWireDraft, toWireReadMark } from './live-state-rpcs.ts';
import { conversationRequest, setTypingRequest } from './schemas.ts';

/** The rpcs on what happens in a conversation right now. */
export function activityRpcs(deps: ChatDeps) {
  return {
    SetTyping: unary({
      access: 'user',
      input: setTypingRequest,
      handle: async (input, { identity }) => {
        const memberUserIds = await setTyping(deps, { ...input, userId: identity.userId });
        return { memberUserIds: [...memberUserIds] };
      },
    }),

    GetConversationActivity: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        const activity = await getConversationActivity(deps, { ...input, userId: identity.userId });
        return {
          typingUserIds: [...activity.typingUserIds],
          generations: activity.generations.map(toWireGeneration),
          readMarks: activity.readMarks.map(toWireReadMark),
          draft: activity.draft === undefined ? null : toWireDraft(activity.draft),
        };
      },
    }),
  };
}
