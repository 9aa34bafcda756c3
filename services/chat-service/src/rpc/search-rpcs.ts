import type { SearchHit as WireSearchHit } from '@chatbot/proto/chatbot/chat/v1/SearchHit';
import { toTimestamp, unary } from '@chatbot/service-kit';
import { searchMessages } from '../app/search-messages.ts';
import type { SearchHit } from '../domain/search.ts';
import type { ChatDeps } from './deps.ts';
import { searchMessagesRequest } from './schemas.ts';

/** The rpc that finds. */
export function searchRpcs(deps: ChatDeps) {
  return {
    SearchMessages: unary({
      access: 'user',
      input: searchMessagesRequest,
      handle: async (input, { identity }) => {
        const { hits, ...page } = await searchMessages(deps, { ...input, userId: identity.userId });
        return { ...page, hits: hits.map(toWireHit) };
      },
    }),
  };
}

function toWireHit({ conversationId, messageId, title, role, createdAt, snippet }: SearchHit): WireSearchHit {
  return {
    conversationId,
    messageId: messageId ?? '',
    title,
    role: role ?? '',
    createdAt: toTimestamp(createdAt),
    snippet: snippet.text,
    highlights: [...snippet.highlights],
  };
}
