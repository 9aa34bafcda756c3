import { AppError } from '@chatbot/errors';
import { z } from 'zod';
import { changesQuery, listChanges } from '../changes.ts';
import { timeouts } from '../clients/clients.ts';
import { toGeneration } from '../clients/resources/generation.ts';
import { toDraft, toReadMark } from '../clients/resources/live-state.ts';
import { defineEvent } from './event.ts';
import { closeOnSocket, openOnSocket } from './open-conversation.ts';

const conversation = z.object({ conversationId: z.uuid() });

/** From here on the socket hears who comes and goes; everything else reaches every session anyway. */
export const conversationOpen = defineEvent({
  name: 'conversation:open',
  input: conversation,
  handle: async (deps, { conversationId }, call) => {
    const sinceMs = performance.now();
    const activity = await deps.chat.unary(
      'GetConversationActivity',
      { conversationId },
      { ...call.caller, timeoutMs: timeouts.unaryMs },
    );
    const present = await openOnSocket(deps, call, { conversationId, sinceMs });
    return {
      conversationId,
      present,
      typing: activity.typingUserIds,
      generations: activity.generations.map(toGeneration),
      readMarks: activity.readMarks.map(toReadMark),
      draft: activity.draft === null ? null : toDraft(activity.draft),
    };
  },
});

export const conversationClose = defineEvent({
  name: 'conversation:close',
  input: conversation,
  handle: async (_deps, { conversationId }, { socket }) => {
    closeOnSocket(socket, conversationId);
    return {};
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

export const readSet = defineEvent({
  name: 'read:set',
  input: z.object({ conversationId: z.uuid(), messageId: z.uuid() }),
  handle: async ({ chat, events }, input, { caller, userId }) => {
    const { mark, readerUserIds, unread } = await chat.unary('SetReadMark', input, {
      ...caller,
      timeoutMs: timeouts.unaryMs,
    });
    const stored = toReadMark(mark);
    events.publish(
      readerUserIds.filter((readerId) => readerId !== userId),
      'read',
      stored,
    );
    // What is left to read concerns nobody else.
    events.publish([userId], 'read', { ...stored, unread });
    return stored;
  },
});

/** What somebody has begun to write is theirs alone: only their own sessions hear of it. */
export const draftSet = defineEvent({
  name: 'draft:set',
  input: z.object({ conversationId: z.uuid(), text: z.string().max(100_000), version: z.int().min(0) }),
  handle: async ({ chat, events }, input, { caller, userId }) => {
    const { stored, draft } = await chat.unary('SetDraft', input, { ...caller, timeoutMs: timeouts.unaryMs });
    if (!stored) {
      const metadata = { currentVersion: String(draft?.version ?? 0), currentText: draft?.text ?? '' };
      const current = draft === null ? { conversationId: input.conversationId, text: '', version: 0 } : toDraft(draft);
      throw new AppError('VERSION_CONFLICT', { metadata, current });
    }
    const current = toDraft(draft);
    events.publish([userId], 'draft', { ...current, userId });
    return { version: current.version };
  },
});

export const sync = defineEvent({
  name: 'sync',
  input: z.object(changesQuery),
  handle: ({ chat }, input, { caller }) => listChanges(chat, { caller, ...input }),
});
