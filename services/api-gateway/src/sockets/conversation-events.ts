import { z } from 'zod';
import { timeouts } from '../clients/clients.ts';
import { toGeneration } from '../clients/resources.ts';
import { defineEvent } from './event.ts';

export const conversationOpen = defineEvent({
  name: 'conversation:open',
  input: z.object({ conversationId: z.uuid() }),
  handle: async ({ chat }, { conversationId }, { caller }) => {
    const { typingUserIds, generations } = await chat.unary(
      'GetConversationActivity',
      { conversationId },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { conversationId, typing: typingUserIds, generations: generations.map(toGeneration) };
  },
});

export const typingSet = defineEvent({
  name: 'typing:set',
  input: z.object({ conversationId: z.uuid(), typing: z.boolean() }),
  handle: async ({ chat, events }, { conversationId, typing }, { caller, userId }) => {
    const { memberUserIds } = await chat.unary(
      'SetTyping',
      { conversationId, typing },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    events.publish(memberUserIds, 'typing', { conversationId, userId, typing });
    return {};
  },
});
