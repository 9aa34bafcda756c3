import { unary } from '@chatbot/service-kit';
import type { NoteResult } from '../app/add-note.ts';
import type { TurnResult } from '../app/add-turn.ts';
import { continueReply } from '../app/continue-reply.ts';
import { editMessage } from '../app/edit-message.ts';
import { postMessage } from '../app/post-message.ts';
import { regenerateReply } from '../app/regenerate-reply.ts';
import { toWireConversation, toWireMessage, toWireTask, toWireTurn } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import { continueReplyRequest, editMessageRequest, postMessageRequest, regenerateReplyRequest } from './schemas.ts';

/** The rpcs that ask for a reply. */
export function turnRpcs(deps: ChatDeps) {
  return {
    PostMessage: unary({
      access: 'user',
      input: postMessageRequest,
      handle: async (input, { identity }) => {
        const posted = await postMessage(deps, { ...input, userId: identity.userId });
        return 'note' in posted ? answerNote(deps, posted, identity.userId) : answer(deps, posted);
      },
    }),

    EditMessage: unary({
      access: 'user',
      input: editMessageRequest,
      handle: async (input, { identity }) => {
        return answer(deps, await editMessage(deps, { ...input, userId: identity.userId }));
      },
    }),

    ContinueReply: unary({
      access: 'user',
      input: continueReplyRequest,
      async handle(input, { identity }) {
        return answer(deps, await continueReply(deps, { ...input, userId: identity.userId }));
      },
    }),
    RegenerateReply: unary({
      access: 'user',
      input: regenerateReplyRequest,
      handle: async (input, { identity }) => {
        return answer(deps, await regenerateReply(deps, { ...input, userId: identity.userId }));
      },
    }),
  };
}

function answerNote({ metrics }: ChatDeps, { note }: NoteResult, viewerId: string) {
  const { conversation, message, replayed } = note;
  if (!replayed) metrics.recordNote(conversation);
  return {
    turn: {
      conversation: toWireConversation(conversation, viewerId),
      userMessage: toWireMessage(message),
      assistantMessage: null,
      generationId: '',
      replayed,
      conversationCreated: false,
    },
    task: null,
  };
}

function answer({ metrics }: ChatDeps, { turn, task }: TurnResult) {
  metrics.recordTurn(turn);
  return { turn: toWireTurn(turn), task: task === undefined ? null : toWireTask(task) };
}
