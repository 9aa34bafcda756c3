import { AppError, isErrorReason, type Problem, problemSchema } from '@chatbot/errors';
import type { Model__Output } from '@chatbot/proto/chatbot/ai/v1/Model';
import type { Parameters__Output } from '@chatbot/proto/chatbot/ai/v1/Parameters';
import type { Persona__Output } from '@chatbot/proto/chatbot/ai/v1/Persona';
import type { Conversation__Output } from '@chatbot/proto/chatbot/chat/v1/Conversation';
import type { Draft__Output } from '@chatbot/proto/chatbot/chat/v1/Draft';
import type { Folder__Output } from '@chatbot/proto/chatbot/chat/v1/Folder';
import type { Generation__Output } from '@chatbot/proto/chatbot/chat/v1/Generation';
import type { GetSharedResponse__Output } from '@chatbot/proto/chatbot/chat/v1/GetSharedResponse';
import type { Invite__Output } from '@chatbot/proto/chatbot/chat/v1/Invite';
import type { Member__Output } from '@chatbot/proto/chatbot/chat/v1/Member';
import type { Message__Output } from '@chatbot/proto/chatbot/chat/v1/Message';
import type { ReadMark__Output } from '@chatbot/proto/chatbot/chat/v1/ReadMark';
import type { SearchHit__Output } from '@chatbot/proto/chatbot/chat/v1/SearchHit';
import type { Share__Output } from '@chatbot/proto/chatbot/chat/v1/Share';
import type { Timings__Output } from '@chatbot/proto/chatbot/chat/v1/Timings';
import type { Usage__Output } from '@chatbot/proto/chatbot/chat/v1/Usage';
import type { UserPersona__Output } from '@chatbot/proto/chatbot/chat/v1/UserPersona';
import type { ManagedUser__Output } from '@chatbot/proto/chatbot/user/v1/ManagedUser';
import type { OpenSession__Output } from '@chatbot/proto/chatbot/user/v1/OpenSession';
import type { Preferences__Output } from '@chatbot/proto/chatbot/user/v1/Preferences';
import type { PreferredParameters__Output } from '@chatbot/proto/chatbot/user/v1/PreferredParameters';
import type { User__Output } from '@chatbot/proto/chatbot/user/v1/User';
import { fromTimestamp, type Timestamp } from '@chatbot/service-kit';
import { z } from 'zod';
import { timingsSchema, usageSchema } from '../generation/frame.ts';

const dateTime = z.iso.datetime();

/** The resources of the REST API and of the socket events. The OpenAPI document is made from these schemas. */
export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    displayName: z.string(),
    role: z.enum(['user', 'admin']),
    createdAt: dateTime,
    updatedAt: dateTime,
    version: z.int(),
  })
  .meta({ id: 'User' });

export const managedUserSchema = userSchema
  .extend({ purgeAt: dateTime.optional().meta({ description: 'When a deleted account is removed for good' }) })
  .meta({ id: 'ManagedUser' });

export const openSessionSchema = z
  .object({
    id: z.uuid(),
    device: z.object({ userAgent: z.string(), ipAddress: z.string() }),
    createdAt: dateTime,
    lastUsedAt: dateTime.meta({ description: 'When its tokens were last exchanged' }),
    expiresAt: dateTime,
    current: z.boolean().meta({ description: 'Whether the token of the request belongs to it' }),
  })
  .meta({ id: 'OpenSession' });

export const conversationSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    persona: z.string(),
    model: z.string().meta({ description: 'The model asked for; empty takes the default' }),
    pinned: z.boolean(),
    archived: z.boolean(),
    folderId: z.uuid().optional(),
    tags: z.array(z.string()),
    replyMode: z
      .enum(['always', 'mentioned'])
      .meta({ description: 'mentioned: only messages with @assistant or @ai are answered' }),
    role: z.enum(['owner', 'writer', 'reader']).meta({ description: 'What the caller may do' }),
    memberCount: z.int().meta({ description: 'How many people may read it, the owner included' }),
    activeLeafId: z.uuid().optional().meta({ description: 'The last message of the branch that was active last' }),
    generating: z
      .boolean()
      .optional()
      .meta({ description: 'In lists and changes: whether a reply is being written in it' }),
    unread: z
      .boolean()
      .optional()
      .meta({ description: 'In lists and changes: whether it holds something that the caller has not seen' }),
    createdAt: dateTime,
    updatedAt: dateTime,
    lastMessageAt: dateTime,
    deletedAt: dateTime.optional().meta({ description: 'Since when it is in the trash, which keeps it for 30 days' }),
    version: z.int(),
  })
  .meta({ id: 'Conversation' });

export const folderSchema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: dateTime, updatedAt: dateTime, version: z.int() })
  .meta({ id: 'Folder', description: 'A place for conversations, of one person’s own' });

export const memberSchema = z
  .object({
    userId: z.uuid(),
    displayName: z.string().nullable().meta({ description: 'null when the account is gone' }),
    role: conversationSchema.shape.role,
    joinedAt: dateTime,
  })
  .meta({ id: 'Member' });

export const formerAuthorSchema = memberSchema.pick({ userId: true, displayName: true }).meta({
  id: 'FormerAuthor',
  description: 'Somebody who wrote messages that are still there and is a member no longer',
});

export const inviteSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    role: z.enum(['writer', 'reader']),
    createdAt: dateTime,
    expiresAt: dateTime,
  })
  .meta({ id: 'Invite', description: 'A link that makes whoever opens it a member' });

export const readMarkSchema = z
  .object({ conversationId: z.uuid(), userId: z.uuid(), messageId: z.uuid(), readAt: dateTime })
  .meta({ id: 'ReadMark', description: 'How far somebody has read' });

export const draftSchema = z
  .object({ conversationId: z.uuid(), text: z.string(), version: z.int(), updatedAt: dateTime })
  .meta({ id: 'Draft', description: 'What somebody has begun to write; an empty text is nothing' });

export const shareSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    title: z.string(),
    messageCount: z.int(),
    createdAt: dateTime,
    expiresAt: dateTime.optional(),
  })
  .meta({ id: 'Share', description: 'A link to a frozen copy of one branch' });

export const sharedConversationSchema = z
  .object({
    title: z.string(),
    messages: z.array(
      z.object({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.string(),
        model: z.string().optional(),
        createdAt: dateTime,
      }),
    ),
    createdAt: dateTime,
    expiresAt: dateTime.optional(),
  })
  .meta({ id: 'SharedConversation', description: 'What a link shows, root first' });

export const messageStatusSchema = z.enum(['pending', 'streaming', 'completed', 'stopped', 'interrupted', 'failed']);

export const messageSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    parentId: z.uuid().nullable(),
    role: z.enum(['user', 'assistant', 'system']),
    content: z.string(),
    status: messageStatusSchema,
    generationId: z.uuid().optional(),
    authorId: z.uuid().optional(),
    contentSeq: z
      .int()
      .meta({ description: 'The frame of the generation that content includes last; follow from here' }),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    timings: timingsSchema.optional(),
    problem: problemSchema.optional(),
    siblingIds: z
      .array(z.uuid())
      .optional()
      .meta({ description: 'In lists: the messages in the same place on other branches and this one, oldest first' }),
    feedback: z
      .object({ rating: z.enum(['up', 'down']), comment: z.string() })
      .optional()
      .meta({ description: 'In lists: what the caller thinks of it' }),
    persona: z.string().optional().meta({ description: 'In lists: what a reply was asked for with' }),
    params: z
      .lazy(() => parametersSchema)
      .optional()
      .meta({ description: 'In lists: what a reply was asked for with' }),
    createdAt: dateTime,
    updatedAt: dateTime,
    version: z.int(),
  })
  .meta({ id: 'Message' });

export const generationSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    messageId: z.uuid(),
    status: messageStatusSchema,
    seq: z
      .int()
      .meta({ description: 'The frame that the stored text includes last; at the end, the number of the end frame' }),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    timings: timingsSchema.optional(),
    problem: problemSchema.optional(),
    createdAt: dateTime,
    endedAt: dateTime.optional(),
  })
  .meta({ id: 'Generation' });

export const parametersSchema = z
  .object({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    maxTokens: z.int().min(1).max(32_768).optional(),
    seed: z.int32().optional(),
    stop: z.array(z.string().min(1).max(64)).max(8).optional(),
  })
  .meta({ id: 'Parameters', description: 'Sampling parameters; what is absent takes the default of the persona' });

export const modelSchema = z
  .object({
    name: z.string(),
    family: z.string(),
    parameterSize: z.string(),
    contextLength: z.int(),
    sizeBytes: z.number(),
    isDefault: z.boolean(),
    isDemo: z.boolean(),
  })
  .meta({ id: 'Model' });

export const personaSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    parameters: parametersSchema,
    builtIn: z.boolean(),
    prompt: z.string().optional().meta({ description: 'Of one’s own' }),
    version: z.int().optional().meta({ description: 'Of one’s own' }),
  })
  .meta({ id: 'Persona' });

export const searchHitSchema = z
  .object({
    conversationId: z.uuid(),
    messageId: z.uuid().optional().meta({ description: 'Absent when the title was found' }),
    title: z.string(),
    role: messageSchema.shape.role.optional().meta({ description: 'Absent when the title was found' }),
    createdAt: dateTime,
    snippet: z.object({
      text: z.string().meta({ description: 'Plain text' }),
      highlights: z
        .array(z.object({ start: z.int(), end: z.int() }))
        .meta({ description: 'The places that were found, counted in UTF-16 code units of the text' }),
    }),
  })
  .meta({ id: 'SearchHit' });

export const preferencesSchema = z
  .object({
    theme: z.enum(['system', 'light', 'dark']),
    defaultPersona: z.string().max(64).meta({ description: 'Empty takes the default of the system' }),
    defaultModel: z.string().max(200).meta({ description: 'Empty takes the default of the system' }),
    parameters: parametersSchema,
    language: z.string().max(35).meta({ description: 'A BCP 47 tag; empty follows the browser' }),
    sendOnEnter: z.boolean(),
    version: z.int().min(0).meta({ description: '0 until something was chosen' }),
  })
  .meta({ id: 'Preferences' });

export type User = z.infer<typeof userSchema>;
export type Conversation = z.infer<typeof conversationSchema>;
export type Member = z.infer<typeof memberSchema>;
export type FormerAuthor = z.infer<typeof formerAuthorSchema>;
export type ReadMark = z.infer<typeof readMarkSchema>;
export type Draft = z.infer<typeof draftSchema>;
export type Share = z.infer<typeof shareSchema>;
export type SharedConversation = z.infer<typeof sharedConversationSchema>;
export type Invite = z.infer<typeof inviteSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Generation = z.infer<typeof generationSchema>;
export type Parameters = z.infer<typeof parametersSchema>;
export type Folder = z.infer<typeof folderSchema>;
export type SearchHit = z.infer<typeof searchHitSchema>;
export type Preferences = z.infer<typeof preferencesSchema>;
export type OpenSession = z.infer<typeof openSessionSchema>;
export type ManagedUser = z.infer<typeof managedUserSchema>;
export type Model = z.infer<typeof modelSchema>;
export type Persona = z.infer<typeof personaSchema>;

// What the services answer is parsed like any other input: a field that is not what the contract says is a fault, found here.

export function toUser(user: User__Output | null): User {
  const { id, email, displayName, version, role, createdAt, updatedAt } = present(user, 'user');
  return userSchema.parse({
    id,
    email,
    displayName,
    role,
    version,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  });
}

export function toManagedUser({ user, purgeAt }: ManagedUser__Output): ManagedUser {
  return { ...toUser(user), ...(purgeAt === null ? {} : { purgeAt: iso(purgeAt) }) };
}

export function toOpenSession({ id, device, current, ...times }: OpenSession__Output): OpenSession {
  const { userAgent, ipAddress } = present(device, 'device');
  return {
    id,
    device: { userAgent, ipAddress },
    createdAt: iso(times.createdAt),
    lastUsedAt: iso(times.lastUsedAt),
    expiresAt: iso(times.expiresAt),
    current,
  };
}

export function toPreferences(preferences: Preferences__Output | null): Preferences {
  const { theme, defaultPersona, defaultModel, parameters, language, sendOnEnter, version } = present(
    preferences,
    'preferences',
  );
  return {
    theme: preferencesSchema.shape.theme.parse(theme),
    defaultPersona,
    defaultModel,
    parameters: toParameters(parameters),
    language,
    sendOnEnter,
    version,
  };
}

export function toConversation(conversation: Conversation__Output | null): Conversation {
  const { id, title, persona, model, pinned, archived, tags, version, ...rest } = present(conversation, 'conversation');
  return {
    id,
    title,
    persona,
    model,
    pinned,
    archived,
    tags,
    version,
    replyMode: rest.replyMode === 'mentioned' ? 'mentioned' : 'always',
    role: conversationSchema.shape.role.parse(rest.role),
    memberCount: rest.readerUserIds.length,
    ...filled({ activeLeafId: rest.activeLeafId, folderId: rest.folderId }),
    ...(rest.unread === undefined ? {} : { unread: rest.unread }),
    ...(rest.generating === undefined ? {} : { generating: rest.generating }),
    createdAt: iso(rest.createdAt),
    updatedAt: iso(rest.updatedAt),
    lastMessageAt: iso(rest.lastMessageAt),
    ...(rest.deletedAt === null ? {} : { deletedAt: iso(rest.deletedAt) }),
  };
}

export function toFolder(folder: Folder__Output | null): Folder {
  const { id, name, version, createdAt, updatedAt } = present(folder, 'folder');
  return { id, name, version, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

/** A member and the name that goes with it. */
export function toMember({ userId, role, joinedAt }: Member__Output, displayName: string | undefined): Member {
  return {
    userId,
    displayName: displayName ?? null,
    role: memberSchema.shape.role.parse(role),
    joinedAt: iso(joinedAt),
  };
}

export function toInvite(invite: Invite__Output | null): Invite {
  const { id, conversationId, role, createdAt, expiresAt } = present(invite, 'invite');
  return {
    id,
    conversationId,
    role: inviteSchema.shape.role.parse(role),
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
  };
}

export function toReadMark(mark: ReadMark__Output | null): ReadMark {
  const { conversationId, userId, messageId, readAt } = present(mark, 'mark');
  return { conversationId, userId, messageId, readAt: iso(readAt) };
}

export function toDraft(draft: Draft__Output | null): Draft {
  const { conversationId, text, version, updatedAt } = present(draft, 'draft');
  return { conversationId, text, version, updatedAt: iso(updatedAt) };
}

export function toShare(share: Share__Output | null): Share {
  const { id, conversationId, title, messageCount, createdAt, expiresAt } = present(share, 'share');
  return { id, conversationId, title, messageCount, createdAt: iso(createdAt), ...endOf(expiresAt) };
}

export function toSharedConversation(shared: GetSharedResponse__Output): SharedConversation {
  const { title, messages, createdAt, expiresAt } = shared;
  return {
    title,
    messages: messages.map(({ role, content, model, createdAt: at }) => ({
      role: messageSchema.shape.role.parse(role),
      content,
      ...filled({ model }),
      createdAt: iso(at),
    })),
    createdAt: iso(createdAt),
    ...endOf(expiresAt),
  };
}

export function toMessage(message: Message__Output | null): Message {
  const { id, conversationId, parentId, content, contentSeq, version, ...rest } = present(message, 'message');
  return {
    id,
    conversationId,
    parentId: parentId === '' ? null : parentId,
    role: messageSchema.shape.role.parse(rest.role),
    content,
    status: messageStatusSchema.parse(rest.status),
    contentSeq,
    version,
    ...filled({ generationId: rest.generationId, authorId: rest.authorId, model: rest.model }),
    ...outcome(rest),
    createdAt: iso(rest.createdAt),
    updatedAt: iso(rest.updatedAt),
  };
}

/** A message of a list, with what its reader sees beside it. */
export function toListedMessage(message: Message__Output): Message {
  const { siblingIds, feedback, persona, parameters } = message;
  return {
    ...toMessage(message),
    siblingIds,
    ...(feedback === null
      ? {}
      : { feedback: { rating: feedback.rating === 'up' ? 'up' : 'down', comment: feedback.comment } }),
    ...filled({ persona }),
    ...(parameters === null ? {} : { params: toParameters(parameters) }),
  };
}

export function toGeneration(generation: Generation__Output | null): Generation {
  const { id, conversationId, messageId, seq, ...rest } = present(generation, 'generation');
  return {
    id,
    conversationId,
    messageId,
    seq,
    status: messageStatusSchema.parse(rest.status),
    ...filled({ model: rest.model }),
    ...outcome(rest),
    createdAt: iso(rest.createdAt),
    ...(rest.endedAt === null ? {} : { endedAt: iso(rest.endedAt) }),
  };
}

export function toSearchHit(hit: SearchHit__Output): SearchHit {
  const { conversationId, messageId, title, role, snippet, highlights, createdAt } = hit;
  return {
    conversationId,
    ...filled({ messageId }),
    title,
    ...(role === '' ? {} : { role: messageSchema.shape.role.parse(role) }),
    createdAt: iso(createdAt),
    snippet: { text: snippet, highlights: highlights.map(({ start, end }) => ({ start, end })) },
  };
}

export function toModel({
  name,
  family,
  parameterSize,
  contextLength,
  sizeBytes,
  isDefault,
  isDemo,
}: Model__Output): Model {
  return { name, family, parameterSize, contextLength, sizeBytes, isDefault, isDemo };
}

export function toPersona({ id, name, description, parameters }: Persona__Output): Persona {
  return { id, name, description, parameters: toParameters(parameters), builtIn: true };
}

/** A persona of the caller's own. */
export function toOwnPersona(persona: UserPersona__Output | null): Persona {
  const { id, name, description, prompt, parameters, version } = present(persona, 'persona');
  return { id, name, description, prompt, version, parameters: toParameters(parameters), builtIn: false };
}

export function toParameters(parameters: Parameters__Output | PreferredParameters__Output | null): Parameters {
  if (parameters === null) return {};
  const { temperature, topP, maxTokens, seed, stop } = parameters;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

/** The other way round: without what is undefined, which the generated types do not take. */
export function toProtoParameters({ temperature, topP, maxTokens, seed, stop }: Parameters) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    stop: stop ?? [],
  };
}

export function usageOf(usage: Usage__Output | null) {
  return usage === null
    ? {}
    : { usage: { promptTokens: usage.promptTokens, completionTokens: usage.completionTokens } };
}

export function timingsOf(timings: Timings__Output | null) {
  if (timings === null) return {};
  const { queuedMs, loadMs, firstTokenMs, totalMs } = timings;
  return { timings: { queuedMs, loadMs, firstTokenMs, totalMs } };
}

export function problemOf(problemJson: string): { problem?: Problem } {
  if (problemJson === '') return {};
  const parsed = problemSchema.parse(JSON.parse(problemJson));
  return { problem: { ...parsed, reason: isErrorReason(parsed.reason) ? parsed.reason : 'INTERNAL' } };
}

/** A field that the contract always fills. Throws INTERNAL when it is absent. */
export function present<Value>(value: Value | null | undefined, name: string): Value {
  if (value === null || value === undefined) throw new AppError('INTERNAL', { cause: new Error(`${name} is absent`) });
  return value;
}

function outcome(fields: { usage: Usage__Output | null; timings: Timings__Output | null; problemJson: string }) {
  return { ...usageOf(fields.usage), ...timingsOf(fields.timings), ...problemOf(fields.problemJson) };
}

function endOf(expiresAt: Timestamp | null): { expiresAt?: string } {
  return expiresAt === null ? {} : { expiresAt: iso(expiresAt) };
}

export function iso(timestamp: Timestamp | null): string {
  return fromTimestamp(present(timestamp, 'time')).toISOString();
}

/** Without the empty texts, with which proto3 says "absent". */
function filled<Fields extends Record<string, string>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as Partial<Fields>;
}
