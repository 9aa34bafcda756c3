import { createTestDatabase, type TestDatabase } from '@chatbot/testkit';
import { afterAll, beforeAll } from 'vitest';
import { createDatabase, type Database } from '../src/adapters/database.ts';
import { createPostgresSearchIndex } from '../src/adapters/postgres-search-index.ts';
import { createPrismaArchiveStore } from '../src/adapters/prisma-archive-store.ts';
import { createPrismaConversationStore } from '../src/adapters/prisma-conversation-store.ts';
import { createPrismaGenerationStore } from '../src/adapters/prisma-generation-store.ts';
import { createPrismaMemberStore } from '../src/adapters/prisma-member-store.ts';
import { createPrismaTrashStore } from '../src/adapters/prisma-trash-store.ts';
import { createPrismaTurnStore } from '../src/adapters/prisma-turn-store.ts';
import { prismaDir } from './harness.ts';
import { searchIndexContract } from './search-index-contract.ts';
import {
  conversationStoreContract,
  generationStoreContract,
  memberStoreContract,
  turnStoreContract,
} from './store-contracts.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase({ prismaDir });
  const options = { url: testDatabase.url, poolMax: 10, statementTimeoutMs: 10_000, onConnectionLost: () => {} };
  // A server far from UTC; it is asked before the pool of the tests connects.
  await using first = createDatabase({ ...options, poolMax: 1 });
  await first.run((prisma) => prisma.$executeRaw`ALTER ROLE CURRENT_USER SET timezone TO 'Asia/Tokyo'`);
  database = createDatabase(options);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

const stores = () => ({
  conversations: createPrismaConversationStore(database),
  turns: createPrismaTurnStore(database),
  generations: createPrismaGenerationStore(database),
  members: createPrismaMemberStore(database),
  archive: createPrismaArchiveStore(database),
  trash: createPrismaTrashStore(database),
  searchIndex: createPostgresSearchIndex(database),
});
turnStoreContract(stores);
generationStoreContract(stores);
conversationStoreContract(stores);
memberStoreContract(stores);
searchIndexContract(stores);
