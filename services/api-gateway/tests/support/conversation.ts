import { waitFor } from '@chatbot/testkit';
import { z } from 'zod';
import { type Message, messageSchema } from '../../src/clients/resources/message.ts';
import { pageSchema } from '../../src/http/pages.ts';
import type { Account } from './account.ts';

const titledSchema = z.object({ title: z.string() });

/**
 * Resolves when the model has named a conversation that began with `firstMessage`, some time after its first reply. Until then its version rises
 * by itself: who changes it may meet a conflict, and two reads may differ.
 */
export async function namedByModel(account: Account, conversationId: string, firstMessage: string): Promise<void> {
  await waitFor(
    async () => {
      const { body } = await account.request('GET', `/conversations/${conversationId}`);
      return titledSchema.parse(body).title !== firstMessage;
    },
    { description: 'the model has named the conversation', timeoutMs: 30_000 },
  );
}

/** The messages of a conversation as REST gives them, all pages, the oldest first. */
export async function storedMessages(account: Account, conversationId: string): Promise<Message[]> {
  const page = pageSchema(messageSchema).extend({ items: z.array(messageSchema) });
  let messages: Message[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { body } = await account.request('GET', `/conversations/${conversationId}/messages${query}`);
    const { items, nextCursor } = page.parse(body);
    messages = [...items, ...messages];
    cursor = nextCursor;
  }
  return messages;
}

export async function storedMessage(account: Account, turn: { conversationId: string }, id: string): Promise<Message> {
  const message = (await storedMessages(account, turn.conversationId)).find((candidate) => candidate.id === id);
  if (message === undefined) throw new Error(`message ${id} is not stored`);
  return message;
}
