import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { folderSchema } from '../../src/clients/resources/folder.ts';
import { personaSchema } from '../../src/clients/resources/persona.ts';
import { routes } from '../../src/http/routes.ts';
import { clientEvents } from '../../src/sockets/events.ts';
import type { TurnIds } from '../../src/turns/post-turn.ts';
import { type Account, callApi, createAccount, type Device } from '../support/account.ts';

let sim: OllamaSim;
let system: System;
let owner: Account;
let stranger: Account;
let reader: Account;
let turn: TurnIds;
let folderId: string;
let personaId: string;
let strangerDevice: Device;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: 'A reply.' } } });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'short:latest' } });
  [owner, stranger, reader] = await Promise.all([
    createAccount(system.url),
    createAccount(system.url),
    createAccount(system.url),
  ]);
  using device = await owner.connect();
  turn = await device.send({ content: 'mine' });
  await device.ended(turn.generationId);
  strangerDevice = await stranger.connect();
  await owner.request('POST', `/conversations/${turn.conversationId}/members`, { email: reader.email, role: 'reader' });
  const folder = await owner.request('POST', '/folders', { name: 'Mine' });
  folderId = folderSchema.parse(folder.body).id;
  const persona = await owner.request('POST', '/personas', { name: 'Mine', prompt: 'Be brief.' });
  personaId = personaSchema.parse(persona.body).id;
}, 120_000);

afterAll(async () => {
  strangerDevice?.[Symbol.dispose]();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/**
 * What stands for :id, a body that is valid but for the rights, and what a member who may only read is answered. `own`: there is no object of
 * somebody else to reach. `admin`: for administrators alone.
 */
type Row =
  | { id: 'own' | 'admin'; body?: () => object }
  | {
      id: 'conversation' | 'user message' | 'assistant message' | 'generation' | 'folder' | 'persona' | 'session';
      body?: () => object;
      reader: number;
    };

const message = () => ({ clientMessageId: randomUUID(), content: 'intruding' });

const preferences = {
  theme: 'dark',
  defaultPersona: '',
  defaultModel: '',
  parameters: {},
  language: '',
  sendOnEnter: true,
  version: 0,
};

const matrix: Record<string, Row> = {
  'get /users/me': { id: 'own' },
  'patch /users/me': { id: 'own', body: () => ({ displayName: 'X', version: 1 }) },
  'get /users/me/quota': { id: 'own' },
  'get /users/me/activity': { id: 'own' },
  'get /admin/activity': { id: 'admin' },
  'delete /users/me': { id: 'own', body: () => ({ password: 'a guess' }) },
  'put /users/me/password': {
    id: 'own',
    body: () => ({ currentPassword: 'a guess', newPassword: 'a fine long password' }),
  },
  'get /users/me/preferences': { id: 'own' },
  'put /users/me/preferences': { id: 'own', body: () => preferences },
  'get /users/me/second-factor': { id: 'own' },
  'post /users/me/second-factor': { id: 'own', body: () => ({ password: 'a guess' }) },
  'post /users/me/second-factor/confirm': { id: 'own', body: () => ({ code: '123456' }) },
  'post /users/me/second-factor/recovery-codes': { id: 'own', body: () => ({ password: 'a guess', code: '123456' }) },
  'delete /users/me/second-factor': { id: 'own', body: () => ({ password: 'a guess', code: '123456' }) },
  'get /users/me/export': { id: 'own' },
  'post /auth/logout-all': { id: 'own' },
  'get /auth/sessions': { id: 'own' },
  'delete /auth/sessions/:id': { id: 'session', reader: 404 },
  'get /admin/users': { id: 'admin' },
  'put /admin/users/:id/role': { id: 'admin', body: () => ({ role: 'admin' }) },
  'delete /admin/users/:id/second-factor': { id: 'admin' },
  'get /conversations': { id: 'own' },
  'post /conversations': { id: 'own', body: () => ({}) },
  'get /conversations/:id': { id: 'conversation', reader: 200 },
  'patch /conversations/:id': { id: 'conversation', body: () => ({ version: 1, title: 'Mine now' }), reader: 403 },
  'delete /conversations/:id': { id: 'conversation', reader: 403 },
  'post /conversations/:id/restore': { id: 'conversation', reader: 404 },
  'post /conversations/bulk': { id: 'own', body: () => ({ action: 'trash', ids: [turn.conversationId] }) },
  'get /folders': { id: 'own' },
  'post /folders': { id: 'own', body: () => ({ name: 'Mine' }) },
  'patch /folders/:id': { id: 'folder', body: () => ({ version: 1, name: 'Theirs' }), reader: 404 },
  'delete /folders/:id': { id: 'folder', reader: 404 },
  'get /tags': { id: 'own' },
  'get /search': { id: 'own' },
  'get /changes': { id: 'own' },
  'get /conversations/export': { id: 'own' },
  'post /conversations/import': { id: 'own' },
  'get /conversations/:id/export': { id: 'conversation', reader: 200 },
  'post /conversations/:id/share': { id: 'conversation', reader: 403 },
  'get /conversations/:id/shares': { id: 'conversation', reader: 403 },
  'delete /conversations/:id/shares/:shareId': { id: 'conversation', reader: 403 },
  'post /shared/:token/copy': { id: 'own' },
  'get /conversations/:id/messages': { id: 'conversation', reader: 200 },
  'post /conversations/:id/messages': { id: 'conversation', body: message, reader: 403 },
  'patch /messages/:id': { id: 'user message', body: message, reader: 403 },
  'post /messages/:id/regenerate': {
    id: 'assistant message',
    body: () => ({ clientMessageId: randomUUID() }),
    reader: 403,
  },
  'put /messages/:id/feedback': { id: 'assistant message', body: () => ({ rating: 'up' }), reader: 204 },
  'get /generations/:id': { id: 'generation', reader: 200 },
  'post /generations/:id/stop': { id: 'generation', reader: 403 },
  'post /generations/:id/continue': { id: 'generation', reader: 403 },
  'get /generations/:id/stream': { id: 'generation', reader: 200 },
  'get /conversations/:id/members': { id: 'conversation', reader: 200 },
  'post /conversations/:id/members': {
    id: 'conversation',
    body: () => ({ email: stranger.email, role: 'writer' }),
    reader: 403,
  },
  'patch /conversations/:id/members/:userId': {
    id: 'conversation',
    body: () => ({ role: 'writer' }),
    reader: 403,
  },
  'delete /conversations/:id/members/:userId': { id: 'conversation', reader: 403 },
  'get /conversations/:id/invites': { id: 'conversation', reader: 403 },
  'post /conversations/:id/invites': { id: 'conversation', body: () => ({ role: 'reader' }), reader: 403 },
  'delete /conversations/:id/invites/:inviteId': { id: 'conversation', reader: 403 },
  'post /invites/:token/accept': { id: 'own' },
  'get /models': { id: 'own' },
  'post /models/pull': { id: 'admin', body: () => ({ model: 'short' }) },
  'get /personas': { id: 'own' },
  'post /personas': { id: 'own', body: () => ({ name: 'Mine', prompt: 'Be brief.' }) },
  'patch /personas/:id': {
    id: 'persona',
    body: () => ({ name: 'Theirs', prompt: 'Be long.', version: 1 }),
    reader: 404,
  },
  'delete /personas/:id': { id: 'persona', reader: 404 },
};

function idOf(row: Row): string {
  switch (row.id) {
    case 'conversation':
      return turn.conversationId;
    case 'user message':
      return turn.userMessageId;
    case 'assistant message':
      return turn.assistantMessageId;
    case 'generation':
      return turn.generationId;
    case 'folder':
      return folderId;
    case 'persona':
      return personaId;
    case 'session':
      return sessionIdOf(owner);
    case 'own':
    case 'admin':
      return '';
    default:
      return row satisfies never;
  }
}

function sessionIdOf({ accessToken }: Account): string {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
  return z.object({ sid: z.string() }).parse(JSON.parse(payload)).sid;
}

const guarded = routes.filter(({ access }) => access === 'user').map(({ method, path }) => `${method} ${path}`);

function call(account: Account, route: string, id: string) {
  const [method = '', path = ''] = route.split(' ');
  return account.request(method.toUpperCase(), fill(path, id), matrix[route]?.body?.());
}

/** The path of a request: :id is what it is about, everything else names nothing. */
function fill(path: string, id: string): string {
  return path.replace(/:id(?=\/|$)/, id).replace(/:\w+/, randomUUID());
}

/** A problem without what differs from request to request. */
function comparable({ status, body }: { status: number; body: unknown }) {
  return { status, body: { ...(body as object), requestId: '' } };
}

describe('every route of a signed-in user', () => {
  it('has a row in the access matrix', () => {
    expect(Object.keys(matrix).toSorted()).toEqual(guarded.toSorted());
  });

  it.each(guarded)(
    '%s refuses a caller without a token, with a broken one and with one for something else',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      const url = `/api/v1${fill(path, randomUUID())}`;
      const body = matrix[route]?.body?.();
      const headers = [{}, { authorization: 'Bearer nonsense' }, { authorization: `Bearer ${owner.refreshToken}` }];
      const answers = await Promise.all(
        headers.map((header) => callApi(system.url, method.toUpperCase(), url, { body, headers: header })),
      );
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    },
  );

  it.each(guarded.filter((route) => matrix[route]?.id === 'admin'))(
    '%s is refused to all but administrators',
    async (route) => {
      expect(await call(owner, route, randomUUID())).toMatchObject({
        status: 403,
        body: { reason: 'PERMISSION_DENIED' },
      });
    },
  );

  const foreign = guarded.filter((route) => !['own', 'admin', undefined].includes(matrix[route]?.id));

  it.each(foreign)('%s gives a member who may only read just what is to be read', async (route) => {
    const row = matrix[route];
    if (row === undefined || !('reader' in row)) throw new Error('no row');
    expect((await call(reader, route, idOf(row))).status).toBe(row.reader);
  });

  it.each(foreign)('%s answers a stranger as if it did not exist', async (route) => {
    const row = matrix[route];
    if (row === undefined) throw new Error('no row');
    const intruding = await call(stranger, route, idOf(row));
    const missing = await call(stranger, route, randomUUID());
    expect(intruding.status).toBe(404);
    expect(comparable(intruding)).toEqual(comparable(missing));
  });
});

describe('an object of another conversation', () => {
  const namedSchema = z.object({ id: z.uuid() });
  /** Below a conversation of the stranger's own, with the id of what belongs to the owner's. */
  let ids: Record<'shares' | 'invites' | 'members', string>;
  let ownConversation: string;
  beforeAll(async () => {
    const make = async (account: Account, path: string, body: object) =>
      namedSchema.parse((await account.request('POST', path, body)).body).id;
    const theirs = `/conversations/${turn.conversationId}`;
    ownConversation = `/conversations/${await make(stranger, '/conversations', {})}`;
    ids = {
      shares: await make(owner, `${theirs}/share`, {}),
      invites: await make(owner, `${theirs}/invites`, { role: 'reader' }),
      members: reader.userId,
    };
  });
  afterAll(() => stranger.request('DELETE', ownConversation));

  it.each([
    ['DELETE', 'shares', undefined],
    ['DELETE', 'invites', undefined],
    ['PATCH', 'members', { role: 'writer' }],
    ['DELETE', 'members', undefined],
  ] as const)(
    '%s of its %s below one’s own is answered as if it did not exist, and changes nothing',
    async (...row) => {
      const [method, kind, body] = row;
      const list = () => owner.request('GET', `/conversations/${turn.conversationId}/${kind}`);
      const before = await list();
      expect(before).toMatchObject({ status: 200, body: { items: expect.arrayContaining([expect.anything()]) } });
      const intruding = await stranger.request(method, `${ownConversation}/${kind}/${ids[kind]}`, body);
      const missing = await stranger.request(method, `${ownConversation}/${kind}/${randomUUID()}`, body);
      expect(comparable(intruding)).toEqual(comparable(missing));
      expect((await list()).body).toEqual(before.body);
    },
  );
});

const eventPayloads: Record<string, (() => object) | 'own'> = {
  'message:send': () => ({ ...message(), conversationId: turn.conversationId }),
  'message:edit': () => ({ ...message(), messageId: turn.userMessageId }),
  'message:regenerate': () => ({ clientMessageId: randomUUID(), messageId: turn.assistantMessageId }),
  'generation:follow': () => ({ generationId: turn.generationId, lastSeq: 0 }),
  'generation:unfollow': 'own',
  'generation:stop': () => ({ generationId: turn.generationId }),
  'generation:continue': () => ({ generationId: turn.generationId }),
  'conversation:open': () => ({ conversationId: turn.conversationId }),
  'conversation:close': 'own',
  'read:set': () => ({ conversationId: turn.conversationId, messageId: turn.userMessageId }),
  'draft:set': () => ({ conversationId: turn.conversationId, text: 'x', version: 0 }),
  sync: () => ({ conversationId: turn.conversationId }),
  'typing:set': () => ({ conversationId: turn.conversationId, typing: true }),
  'auth:refresh': 'own',
};

describe('every socket event', () => {
  it('has a row in the access matrix', () => {
    expect(Object.keys(eventPayloads).toSorted()).toEqual(clientEvents.map(({ name }) => name).toSorted());
  });

  it.each(Object.keys(eventPayloads).filter((name) => eventPayloads[name] !== 'own'))(
    '%s of a stranger is acked as not found',
    async (name) => {
      const payload = eventPayloads[name];
      if (typeof payload !== 'function') throw new Error('no payload');
      expect(await strangerDevice.emit(name, payload())).toMatchObject({
        ok: false,
        problem: { reason: 'RESOURCE_NOT_FOUND', status: 404 },
      });
    },
  );

  it('auth:refresh with the token of another account is refused', async () => {
    expect(await strangerDevice.emit('auth:refresh', { token: owner.accessToken })).toMatchObject({
      ok: false,
      problem: { reason: 'TOKEN_INVALID' },
    });
  });

  it('auth:refresh with a token of the same account keeps the connection', async () => {
    expect(await strangerDevice.emit('auth:refresh', { token: stranger.accessToken })).toMatchObject({ ok: true });
    expect(strangerDevice.socket.connected).toBe(true);
  });
});

it('nothing of the owner has changed', async () => {
  const { body } = await owner.request('GET', `/conversations/${turn.conversationId}/messages`);
  expect(body).toMatchObject({ items: [{ content: 'mine' }, { content: 'A reply.', status: 'completed' }] });
  expect((await stranger.request('GET', '/conversations')).body).toEqual({ items: [], nextCursor: null });
});
