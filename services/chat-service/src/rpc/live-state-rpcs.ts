import { toTimestamp, unary } from '@chatbot/service-kit';
import { listChanges } from '../app/list-changes.ts';
import { setDraft } from '../app/set-draft.ts';
import { setReadMark } from '../app/set-read-mark.ts';
import type { Changes, Draft, ReadMark } from '../domain/live-state.ts';
import { toWireListedConversation, toWireMessage } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import { listChangesRequest, setDraftRequest, setReadMarkRequest } from './schemas.ts';

/** The rpcs on what follows people from device to device. */
export function liveStateRpcs(deps: ChatDeps) {
  return {
    SetReadMark: unary({
      access: 'user',
      input: setReadMarkRequest,
      handle: async (input, { identity }) => {
        const { mark, readerUserIds, unread } = await setReadMark(deps, { ...input, userId: identity.userId });
        return { mark: toWireReadMark(mark), readerUserIds: [...readerUserIds], unread };
      },
    }),

    SetDraft: unary({
      access: 'user',
      input: setDraftRequest,
      handle: async (input, { identity }) => {
        const { stored, draft } = await setDraft(deps, { ...input, userId: identity.userId });
        return { stored, draft: draft === undefined ? null : toWireDraft(draft) };
      },
    }),

    ListChanges: unary({
      access: 'user',
      input: listChangesRequest,
      handle: async (input, { identity: { userId } }) => {
        const { changes, cursor } = await listChanges(deps, { ...input, userId });
        return {
          cursor,
          reset: changes === undefined,
          ...(changes === undefined ? {} : toWireChanges(changes, userId)),
        };
      },
    }),
  };
}

function toWireChanges({ conversations, removedIds, readMarks, drafts, messages }: Changes, userId: string) {
  const inTrash = conversations.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
  return {
    conversations: conversations
      .filter(({ deletedAt }) => deletedAt === null)
      .map((conversation) => toWireListedConversation(conversation, userId)),
    removedIds: [...inTrash, ...removedIds],
    readMarks: readMarks.map(toWireReadMark),
    drafts: drafts.map(toWireDraft),
    messages: messages.map(toWireMessage),
  };
}

export function toWireReadMark({ readAt, ...mark }: ReadMark) {
  return { ...mark, readAt: toTimestamp(readAt) };
}

export function toWireDraft({ updatedAt, ...draft }: Draft) {
  return { ...draft, updatedAt: toTimestamp(updatedAt) };
}
