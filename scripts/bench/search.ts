import { seedWord } from '../seed/words.ts';
import { measureRequests, type StoreBenchInput, type StoreRequest } from './store/measure-requests.ts';
import type { StoredAccount } from './store/seeded-store.ts';
import type { Table } from './table.ts';

/** In most messages; in about one of twelve; in one of fifty. */
const [commonWord, middlingWord, otherWord] = [seedWord(0), seedWord(20), seedWord(300)];
/** No two words of the seed differ so little. */
const misspelt = `${commonWord}q`;

const requests: readonly StoreRequest[] = [
  searchFor({ name: 'a word that is nowhere, nor one like it', text: () => 'xyzzyxyzzy', isFound: false }),
  searchFor({ name: 'a word of one message', text: ({ rareWord }) => rareWord }),
  searchFor({ name: 'the same in one conversation', text: ({ rareWord }) => rareWord, inConversation: true }),
  searchFor({ name: 'either of two middling words', text: () => `${middlingWord} OR ${otherWord}` }),
  searchFor({ name: 'a word in most messages', text: () => commonWord }),
  searchFor({ name: 'a prefix', text: () => `${commonWord.slice(0, 3)}*` }),
  searchFor({ name: 'a misspelt word', text: () => misspelt }),
];

/** Full text search over what one account has, in a small store and in a large one. */
export function benchSearch(input: StoreBenchInput): Promise<Table> {
  return measureRequests(input, { title: 'Search', requests });
}

function searchFor(wanted: {
  name: string;
  text: (account: StoredAccount) => string;
  isFound?: boolean;
  inConversation?: boolean;
}): StoreRequest {
  const { name, text, isFound = true, inConversation = false } = wanted;
  return {
    name,
    async send({ client }, account) {
      const { conversationId, caller } = account;
      const request = { text: text(account), ...(inConversation ? { conversationId } : {}) };
      const { hits } = await client.unary('SearchMessages', request, caller);
      if (hits.length > 0 !== isFound) throw new Error(`${name}: ${hits.length} hits`);
    },
  };
}
