import { chatServiceDefinition } from '@chatbot/proto';
import type { RpcCallOptions } from '@chatbot/service-kit';
import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  exchange,
  type PostedTurn,
  present,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

type Target = Pick<PostedTurn, 'conversationId' | 'userMessageId' | 'assistantMessageId' | 'generationId'> & {
  readonly folderId: string;
  readonly personaId: string;
};

/** Every rpc for users that names something, with a request that would succeed for its owner. */
const userRpcs: [string, (target: Target) => object][] = [
  ['GetConversation', ({ conversationId }) => ({ conversationId })],
  ['UpdateConversation', ({ conversationId }) => ({ conversationId, version: 2, title: 'Theirs' })],
  ['DeleteConversation', ({ conversationId }) => ({ conversationId })],
  ['RestoreConversation', ({ conversationId }) => ({ conversationId })],
  ['PurgeConversation', ({ conversationId }) => ({ conversationId })],
  ['ListMessages', ({ conversationId }) => ({ conversationId })],
  ['ListMessages', ({ conversationId, assistantMessageId }) => ({ conversationId, leafId: assistantMessageId })],
  ['PostMessage', ({ conversationId }) => ({ conversationId, content: 'x', clientMessageId: uuidv7() })],
  ['EditMessage', ({ userMessageId }) => ({ messageId: userMessageId, content: 'x', clientMessageId: uuidv7() })],
  ['ContinueReply', ({ generationId }) => ({ generationId })],
  ['RegenerateReply', ({ assistantMessageId }) => ({ messageId: assistantMessageId, clientMessageId: uuidv7() })],
  ['GetGeneration', ({ generationId }) => ({ generationId })],
  ['SetTyping', ({ conversationId }) => ({ conversationId, typing: true })],
  ['GetConversationActivity', ({ conversationId }) => ({ conversationId })],
  ['UpdateFolder', ({ folderId }) => ({ folderId, version: 1, name: 'Theirs' })],
  ['DeleteFolder', ({ folderId }) => ({ folderId })],
  ['ExportConversation', ({ conversationId }) => ({ conversationId, format: 'json' })],
  ['CreateShare', ({ conversationId }) => ({ conversationId })],
  ['ListShares', ({ conversationId }) => ({ conversationId })],
  ['RevokeShare', ({ conversationId }) => ({ conversationId, shareId: uuidv7() })],
  ['SetReadMark', ({ conversationId, userMessageId }) => ({ conversationId, messageId: userMessageId })],
  ['SetDraft', ({ conversationId }) => ({ conversationId, text: 'x', version: 0 })],
  ['ListChanges', ({ conversationId }) => ({ conversationId })],
  ['ListMessages', ({ conversationId, userMessageId }) => ({ conversationId, aroundId: userMessageId })],
  ['UpdatePersona', ({ personaId }) => ({ personaId, version: 1, name: 'Theirs', prompt: 'x' })],
  ['DeletePersona', ({ personaId }) => ({ personaId })],
  ['SetFeedback', ({ assistantMessageId }) => ({ messageId: assistantMessageId, rating: 'up' })],
  ['ListMembers', ({ conversationId }) => ({ conversationId })],
  ['SetMember', ({ conversationId }) => ({ conversationId, userId: uuidv7(), role: 'writer' })],
  ['RemoveMember', ({ conversationId }) => ({ conversationId, userId: uuidv7() })],
  ['CreateInvite', ({ conversationId }) => ({ conversationId, role: 'reader', lifeSeconds: 60 })],
  ['ListInvites', ({ conversationId }) => ({ conversationId })],
  ['RevokeInvite', ({ conversationId }) => ({ conversationId, inviteId: uuidv7() })],
];
/** Rpcs for users that name nothing of anybody's. */
const ownRpcs = [
  'CopyShared',
  'ExportConversations',
  'ImportConversation',
  'CreateConversation',
  'ListConversations',
  'AcceptInvite',
  'SearchMessages',
  'ChangeConversations',
  'ListFolders',
  'CreateFolder',
  'ListTags',
  'ListPersonas',
  'CreatePersona',
];
const serviceRpcs = [
  'GetGenerationTask',
  'CheckpointGeneration',
  'CompleteGeneration',
  'ListUnfinishedGenerations',
  'SetGeneratedTitle',
  'GetShared',
];

let chat: TestChatService;
let owner: Caller;
let target: Target;
let raw: Client;
beforeAll(async () => {
  chat = await startTestChatService();
  owner = chat.newUser();
  const { folder } = await chat.client.unary('CreateFolder', { name: 'Mine' }, owner);
  const { persona } = await chat.client.unary('CreatePersona', { name: 'Mine', prompt: 'Be brief.' }, owner);
  const own = { folderId: present(folder).id, personaId: present(persona).id };
  target = { ...(await exchange(chat, { caller: owner })), ...own };
  raw = new Client(chat.address, credentials.createInsecure());
});
afterAll(async () => {
  raw.close();
  await chat[Symbol.asyncDispose]();
});

/** Code, text and trailers of an answer, byte by byte. */
function answerOf(name: string, request: object, options: RpcCallOptions): Promise<unknown> {
  const method = methods.get(name);
  if (method === undefined) throw new Error(`no rpc ${name}`);
  const metadata = new Metadata();
  if (options.accessToken !== undefined) metadata.set('authorization', `Bearer ${options.accessToken}`);
  return new Promise((resolve) => {
    const answered = (error: ServiceError | null, bytes?: Buffer) => {
      if (error === null) resolve({ code: 0, bytes: bytes?.toString('hex') });
      else resolve({ code: error.code, details: error.details, trailers: trailersOf(error.metadata) });
    };
    raw.makeUnaryRequest(method.path, method.requestSerialize, (bytes) => bytes, request, metadata, answered);
  });
}

const methods: ReadonlyMap<string, MethodDefinition<object, object>> = new Map(Object.entries(chatServiceDefinition));

function trailersOf(metadata: Metadata): [string, string[]][] {
  const keys = Object.keys(metadata.getMap()).filter((key) => key !== 'date');
  return keys.toSorted().map((key) => [key, metadata.get(key).map((value) => Buffer.from(value).toString('hex'))]);
}

const nowhere: Target = {
  conversationId: uuidv7(),
  userMessageId: uuidv7(),
  assistantMessageId: uuidv7(),
  generationId: uuidv7(),
  folderId: uuidv7(),
  personaId: uuidv7(),
};
const malformed: Target = {
  conversationId: 'not-an-id',
  userMessageId: "'; DROP TABLE messages; --",
  assistantMessageId: '\u0000',
  generationId: '00000000000000000000000000000000000000000000000000',
  folderId: '../folder',
  personaId: 'assistant',
};

describe.each(userRpcs)('%s', (name, requestFor) => {
  it('answers a foreign resource byte for byte as a missing one', async () => {
    const stranger = chat.newUser();
    const foreign = await answerOf(name, requestFor(target), stranger);
    expect(foreign).toMatchObject({ code: 5 });
    expect(await answerOf(name, requestFor(nowhere), stranger)).toEqual(foreign);
    expect(await answerOf(name, requestFor(malformed), stranger)).toEqual(foreign);
  });

  it('needs a token', async () => {
    expect(await answerOf(name, requestFor(target), asService())).toMatchObject({ code: 16 });
    const forged = { ...asService(), accessToken: `${owner.accessToken}x` };
    expect(await answerOf(name, requestFor(target), forged)).toMatchObject({ code: 16 });
  });
});

describe('access rules', () => {
  it('cover every rpc of the service', () => {
    const covered = [...userRpcs.map(([name]) => name), ...ownRpcs, ...serviceRpcs];
    expect([...new Set(covered)].toSorted()).toEqual([...methods.keys()].toSorted());
  });

  it.each(ownRpcs)('%s needs a token', async (name) => {
    expect(await answerOf(name, {}, asService())).toMatchObject({ code: 16 });
  });

  it('leave what a stranger tried unchanged', async () => {
    const { conversation } = await chat.client.unary('GetConversation', target, owner);
    expect(conversation).toMatchObject({ version: 2, title: 'Hello' });
    const { messages } = await chat.client.unary('ListMessages', target, owner);
    expect(messages).toHaveLength(2);
  });
});
