import { measureRequests, type StoreBenchInput, type StoreRequest } from './store/measure-requests.ts';
import type { Table } from './table.ts';

const pageSize = 50;

const requests: readonly StoreRequest[] = [
  {
    name: 'the last 50 messages',
    async send({ client }, { conversationId, caller }) {
      const { messages } = await client.unary('ListMessages', { conversationId, limit: pageSize }, caller);
      expectCount(messages, pageSize);
    },
  },
  {
    name: 'the 50 messages around one',
    async send({ client }, { conversationId, messageId: aroundId, caller }) {
      const { messages } = await client.unary('ListMessages', { conversationId, aroundId, limit: pageSize }, caller);
      if (!messages.some(({ id }) => id === aroundId)) throw new Error('the message is not among its neighbours');
    },
  },
  {
    name: 'the list of conversations',
    async send({ client }, { caller }) {
      const { conversations } = await client.unary('ListConversations', { limit: 20 }, caller);
      expectCount(conversations, 20);
    },
  },
  {
    name: 'one conversation',
    async send({ client }, { conversationId, caller }) {
      const { conversation } = await client.unary('GetConversation', { conversationId }, caller);
      if (conversation === null) throw new Error('the conversation is not there');
    },
  },
];

/** Opening and listing conversations, in a small store and in a large one. */
export function benchStore(input: StoreBenchInput): Promise<Table> {
  return measureRequests(input, { title: 'Store', requests });
}

function expectCount(items: readonly unknown[], count: number): void {
  if (items.length !== count) throw new Error(`${items.length} were listed instead of ${count}`);
}
