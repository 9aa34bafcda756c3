import { serverStream, toTimestamp, unary } from '@chatbot/service-kit';
import { copyShared } from '../app/copy-shared.ts';
import { createShare } from '../app/create-share.ts';
import { exportConversation, exportConversations } from '../app/export-conversations.ts';
import { getShared } from '../app/get-shared.ts';
import { importConversation } from '../app/import-conversation.ts';
import { listShares } from '../app/list-shares.ts';
import { revokeShare } from '../app/revoke-share.ts';
import type { Share } from '../domain/share.ts';
import { toWireConversation } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import {
  conversationRequest,
  createShareRequest,
  exportAllRequest,
  exportConversationRequest,
  importConversationRequest,
  revokeShareRequest,
  sharedRequest,
} from './schemas.ts';

/** The rpcs by which whole conversations are shown to others, taken away and brought here. */
export function archiveRpcs(deps: ChatDeps) {
  return {
    CreateShare: unary({
      access: 'user',
      input: createShareRequest,
      handle: async (input, { identity }) => {
        const { share, token } = await createShare(deps, { ...input, userId: identity.userId });
        return { share: toWireShare(share), token };
      },
    }),

    ListShares: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        const shares = await listShares(deps, { ...input, userId: identity.userId });
        return { shares: shares.map(toWireShare) };
      },
    }),

    RevokeShare: unary({
      access: 'user',
      input: revokeShareRequest,
      handle: async (input, { identity }) => {
        await revokeShare(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),

    GetShared: unary({
      access: 'service',
      input: sharedRequest,
      handle: async ({ token }) => {
        const { title, messages, createdAt, expiresAt } = await getShared(deps, token);
        return {
          title,
          messages: messages.map((message) => ({ ...message, createdAt: toTimestamp(message.createdAt) })),
          createdAt: toTimestamp(createdAt),
          expiresAt: expiresAt === null ? null : toTimestamp(expiresAt),
        };
      },
    }),

    CopyShared: unary({
      access: 'user',
      input: sharedRequest,
      handle: async ({ token }, { identity: { userId } }) => {
        return { conversation: toWireConversation(await copyShared(deps, { token, userId }), userId) };
      },
    }),

    ExportConversation: serverStream({
      access: 'user',
      input: exportConversationRequest,
      handle: (input, { identity }) => pieces(exportConversation(deps, { ...input, userId: identity.userId })),
    }),

    ExportConversations: serverStream({
      access: 'user',
      input: exportAllRequest,
      handle: (_input, { identity }) => pieces(exportConversations(deps, { userId: identity.userId })),
    }),

    ImportConversation: unary({
      access: 'user',
      input: importConversationRequest,
      handle: async (input, { identity: { userId } }) => {
        const { conversation, ...result } = await importConversation(deps, { ...input, userId });
        return {
          ...result,
          conversation: conversation === undefined ? null : toWireConversation(conversation, userId),
        };
      },
    }),
  };
}

/** Small texts travel together: a message of gRPC for each would cost more than the text. */
const pieceLengthMin = 16_384;

async function* pieces(texts: AsyncIterable<string>) {
  let text = '';
  for await (const next of texts) {
    text += next;
    if (text.length < pieceLengthMin) continue;
    yield { text };
    text = '';
  }
  if (text !== '') yield { text };
}

function toWireShare({ createdAt, expiresAt, ...share }: Share) {
  return {
    ...share,
    createdAt: toTimestamp(createdAt),
    expiresAt: expiresAt === null ? null : toTimestamp(expiresAt),
  };
}
