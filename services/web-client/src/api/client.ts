import * as z from 'zod/mini';
import type { Session } from '../session/session.ts';
import { type ArchiveApi, createArchiveApi } from './archive.ts';
import { AnySchema, type Call, type Download, fetchFile, sendHttp } from './http.ts';
import { createLibraryApi, type LibraryApi } from './library.ts';
import { createModelsApi, type ModelsApi } from './models.ts';
import { createPeopleApi, type PeopleApi } from './people.ts';
import { createPersonasApi, type PersonasApi } from './personas.ts';
import { ProblemError, problemOf } from './problem.ts';
import {
  AccountDeletedSchema,
  type Conversation,
  type ConversationPage,
  ConversationPageSchema,
  ConversationSchema,
  type Feedback,
  LeafSchema,
  type Message,
  type MessagePage,
  MessagePageSchema,
  type ModelList,
  ModelListSchema,
  type OpenSession,
  type Parameters,
  PasswordChangedSchema,
  type Preferences,
  PreferencesSchema,
  type ReplyMode,
  type SearchPage,
  SearchPageSchema,
  SessionListSchema,
  type User,
  UserSchema,
} from './schemas.ts';
import { createSecondFactorApi, type SecondFactorApi } from './second-factor.ts';
import { createUsageApi, type UsageApi } from './usage.ts';

const MESSAGES_PER_PAGE = 30;
const CONVERSATIONS_PER_PAGE = 100;
const CONFLICTS_SETTLED_MAX = 5;
const VIEWS = { active: {}, archived: { archived: 'true' }, trashed: { trashed: 'true' } } as const;

/** The REST calls of the signed-in account. Each throws ProblemError. */
export type ApiClient = {
  archive: ArchiveApi;
  people: PeopleApi;
  library: LibraryApi;
  models: ModelsApi;
  personas: PersonasApi;
  usage: UsageApi;
  secondFactor: SecondFactorApi;
  listConversations: (page: {
    view: 'active' | 'archived' | 'trashed';
    /** Of the active ones, those that have all of this; by the latest message unless said otherwise. */
    narrowing: { folderId?: string; tag?: string; unread?: 'true'; sort?: string };
    cursor: string | undefined;
    signal: AbortSignal;
  }) => Promise<ConversationPage>;
  getConversation: (id: string, signal?: AbortSignal) => Promise<Conversation>;
  /** Makes an empty one. */
  createConversation: (beginning: ConversationBeginning) => Promise<Conversation>;
  /** Sets what a person chose, also when the conversation has changed since they looked; the model '' is the server's default. */
  updateConversation: (conversation: Conversation, changes: ConversationChanges) => Promise<Conversation>;
  /** Moves it to the trash. */
  deleteConversation: (id: string) => Promise<void>;
  restoreConversation: (id: string) => Promise<Conversation>;
  /** Deletes for good what is in the trash. */
  purgeConversation: (id: string) => Promise<void>;
  /** One page of the branch that ends in leafId: the newest page without a cursor, or the one around a message; each page oldest first. */
  listMessages: (page: MessagePageRequest) => Promise<MessagePage>;
  /** The last message of the branch on which this one is read. */
  findLeaf: (message: Pick<Message, 'id' | 'conversationId'>) => Promise<string>;
  /** Keeps what the person thinks of a reply; null takes it back. */
  setFeedback: (messageId: string, feedback: Feedback | null) => Promise<void>;
  getMe: () => Promise<User>;
  updateMe: (changes: { displayName: string; version: number }) => Promise<User>;
  changePassword: (passwords: {
    currentPassword: string;
    newPassword: string;
  }) => Promise<{ endedSessionCount: number }>;
  /** Marks the account for deletion; until purgeAt, in ISO 8601, a sign-in keeps it. */
  deleteAccount: (proof: { password: string }) => Promise<{ purgeAt: string }>;
  exportAccount: () => Promise<unknown>;
  getPreferences: (signal?: AbortSignal) => Promise<Preferences>;
  /** Replaces all preferences, if they are as they were last seen. */
  putPreferences: (preferences: Preferences) => Promise<Preferences>;
  listSessions: (signal: AbortSignal) => Promise<OpenSession[]>;
  endSession: (id: string) => Promise<void>;
  search: (request: SearchRequest) => Promise<SearchPage>;
  listModels: (signal: AbortSignal) => Promise<ModelList>;
};

/** What a conversation begins with; what is left out is the server's. */
type ConversationBeginning = { persona?: string; model?: string; params: Parameters };

export type ConversationChanges = {
  title?: string;
  model?: string;
  pinned?: boolean;
  archived?: boolean;
  replyMode?: ReplyMode;
  /** All of them. */
  params?: Parameters;
  activeLeafId?: string;
};

type SearchRequest = {
  q: string;
  role: string | undefined;
  /** The earliest time, in ISO 8601. */
  from: string | undefined;
  cursor: string | undefined;
  limit: number;
  signal: AbortSignal;
};

type MessagePageRequest = {
  conversationId: string;
  leafId?: string | undefined;
  cursor?: string | undefined;
  around?: string | undefined;
  signal: AbortSignal;
};

/** Makes the calls with the session's token; one that has expired is renewed once and the call repeated. */
export function createApiClient(session: Session): ApiClient {
  async function authorized<Result>(send: (token: string | undefined) => Promise<Result>): Promise<Result> {
    try {
      return await send(await session.token());
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error;
      const token = await session.renew();
      if (token === undefined) throw error;
      return send(token);
    }
  }

  const call: Call = (request) => authorized((token) => sendHttp({ ...request, token }));
  const download: Download = (request) => authorized((token) => fetchFile({ ...request, token }));

  /*
   * A conversation gets another version with each reply that ends and when a model names it. What a person sets is the
   * last word over all that, so a conflict is settled by setting it on top of the state that the conflict tells of.
   */
  async function setOnNewest(
    { id, version }: Pick<Conversation, 'id' | 'version'>,
    changes: ConversationChanges,
    conflictsLeft = CONFLICTS_SETTLED_MAX,
  ): Promise<Conversation> {
    try {
      return await call({
        method: 'PATCH',
        path: `/conversations/${encodeURIComponent(id)}`,
        body: { version, ...changes },
        schema: ConversationSchema,
      });
    } catch (error) {
      const { reason, current } = problemOf(error);
      const newest = z.safeParse(ConversationSchema, current);
      if (reason !== 'VERSION_CONFLICT' || conflictsLeft === 0 || !newest.success) throw error;
      return setOnNewest(newest.data, changes, conflictsLeft - 1);
    }
  }

  return {
    archive: createArchiveApi({ call, download }),
    people: createPeopleApi(call),
    library: createLibraryApi(call),
    models: createModelsApi(download),
    personas: createPersonasApi(call),
    usage: createUsageApi(call),
    secondFactor: createSecondFactorApi(call),
    listConversations: ({ view, narrowing, cursor, signal }) =>
      call({
        path: `/conversations${query({ limit: CONVERSATIONS_PER_PAGE, cursor, ...VIEWS[view], ...narrowing })}`,
        schema: ConversationPageSchema,
        signal,
      }),
    getConversation: (id, signal) =>
      call({ path: `/conversations/${encodeURIComponent(id)}`, schema: ConversationSchema, signal }),
    createConversation: (beginning) =>
      call({ method: 'POST', path: '/conversations', body: beginning, schema: ConversationSchema }),
    updateConversation: (conversation, changes) => setOnNewest(conversation, changes),
    deleteConversation: async (id) => {
      await call({ method: 'DELETE', path: `/conversations/${encodeURIComponent(id)}`, schema: AnySchema });
    },
    restoreConversation: (id) =>
      call({
        method: 'POST',
        path: `/conversations/${encodeURIComponent(id)}/restore`,
        body: {},
        schema: ConversationSchema,
      }),
    purgeConversation: async (id) => {
      await call({
        method: 'DELETE',
        path: `/conversations/${encodeURIComponent(id)}?permanent=true`,
        schema: AnySchema,
      });
    },
    listMessages: ({ conversationId, leafId, cursor, around, signal }) =>
      call({
        path: `/conversations/${encodeURIComponent(conversationId)}/messages${query({ limit: MESSAGES_PER_PAGE, leafId, cursor, around })}`,
        schema: MessagePageSchema,
        signal,
      }),
    async findLeaf({ id, conversationId }) {
      const path = `/conversations/${encodeURIComponent(conversationId)}/messages${query({ around: id, limit: 1 })}`;
      return (await call({ path, schema: LeafSchema })).leafId;
    },
    async setFeedback(messageId, feedback) {
      const path = `/messages/${encodeURIComponent(messageId)}/feedback`;
      await call({ method: 'PUT', path, body: feedback ?? { rating: null }, schema: AnySchema });
    },
    getMe: () => call({ path: '/users/me', schema: UserSchema }),
    updateMe: (changes) => call({ method: 'PATCH', path: '/users/me', body: changes, schema: UserSchema }),
    changePassword: (passwords) =>
      call({ method: 'PUT', path: '/users/me/password', body: passwords, schema: PasswordChangedSchema }),
    deleteAccount: (proof) => call({ method: 'DELETE', path: '/users/me', body: proof, schema: AccountDeletedSchema }),
    exportAccount: () => call({ path: '/users/me/export', schema: AnySchema }),
    getPreferences: (signal) => call({ path: '/users/me/preferences', schema: PreferencesSchema, signal }),
    putPreferences: (preferences) =>
      call({ method: 'PUT', path: '/users/me/preferences', body: preferences, schema: PreferencesSchema }),
    listSessions: async (signal) => (await call({ path: '/auth/sessions', schema: SessionListSchema, signal })).items,
    endSession: async (id) => {
      await call({ method: 'DELETE', path: `/auth/sessions/${encodeURIComponent(id)}`, schema: AnySchema });
    },
    search: ({ signal, ...parameters }) =>
      call({ path: `/search${query(parameters)}`, schema: SearchPageSchema, signal }),
    listModels: (signal) => call({ path: '/models', schema: ModelListSchema, signal }),
  };
}

function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return `?${search.toString()}`;
}
