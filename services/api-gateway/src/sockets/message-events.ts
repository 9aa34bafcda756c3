import { z } from 'zod';
import {
  continueReply,
  editMessage,
  editMessageSchema,
  type PostedTurn,
  postMessage,
  postMessageSchema,
  regenerateReply,
  regenerateReplySchema,
} from '../turns/post-turn.ts';
import { defineEvent, type EventCall, type EventDeps } from './event.ts';
import { followOwnTurn } from './follow-generation.ts';

export const messageSend = defineEvent({
  name: 'message:send',
  input: postMessageSchema,
  handle: (deps, input, call) => turn(deps, call, () => postMessage(deps, { ...call, input })),
});

export const messageEdit = defineEvent({
  name: 'message:edit',
  input: editMessageSchema,
  handle: (deps, input, call) => turn(deps, call, () => editMessage(deps, { ...call, input })),
});

export const messageRegenerate = defineEvent({
  name: 'message:regenerate',
  input: regenerateReplySchema,
  handle: (deps, input, call) => turn(deps, call, () => regenerateReply(deps, { ...call, input })),
});

export const generationContinue = defineEvent({
  name: 'generation:continue',
  input: z.object({ generationId: z.uuid() }),
  handle: (deps, input, call) => turn(deps, call, () => continueReply(deps, { ...call, input })),
});

/** A sender follows its own generation without asking. */
async function turn(deps: EventDeps, call: EventCall, post: () => Promise<PostedTurn>): Promise<PostedTurn> {
  await deps.limits.consume({ scope: 'messages', key: call.userId, context: call.context });
  const sinceMs = performance.now();
  const ids = await post();
  const { conversationId, generationId } = ids;
  if (generationId !== undefined) followOwnTurn(deps, call, { conversationId, generationId, sinceMs });
  return ids;
}
