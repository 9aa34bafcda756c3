import type { ChatMessage } from './context-window.ts';

/** A message as it is asked for; an empty author is none. */
export type AuthoredMessage = ChatMessage & { readonly author: string };

/** What a model is told that reads messages of several people. It comes after the persona's instructions. */
export const severalAuthorsRule = `
Several people take part in this conversation. The name of its author stands before each of their messages, followed by a colon; it is not part of the message. Address people by name where it helps. Do not begin your own answer with a name.`;

/** Puts the name of its author before each message that has one, and says whether there is any. */
export function nameAuthors(messages: readonly AuthoredMessage[]): {
  readonly messages: readonly ChatMessage[];
  readonly severalAuthors: boolean;
} {
  return {
    severalAuthors: messages.some(({ author }) => author !== ''),
    messages: messages.map(({ role, content, author }) => ({
      role,
      content: author === '' ? content : `${author}: ${content}`,
    })),
  };
}
