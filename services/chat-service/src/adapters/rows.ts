import { z } from 'zod';
import type { Conversation } from '../domain/conversation.ts';
import type { Generation } from '../domain/generation.ts';
import type { Draft, ReadMark } from '../domain/live-state.ts';
import { type Invite, memberRoles } from '../domain/member.ts';
import { replyModes } from '../domain/mention.ts';
import { type ContextMessage, endStatuses, type Message, runningStatuses, toUsage } from '../domain/message.ts';
import type { CustomPersona } from '../domain/persona.ts';
import type { Share, SharedConversation } from '../domain/share.ts';
import { Prisma } from '../generated/prisma/client.ts';

// Whole rows leave Postgres as JSON objects: one column an entity, so that a query may return several, and times with
// their offset. Each pair below is what SQL builds and what checks it.

export const time = z.string().transform((text) => new Date(text));
export const messageStatus = z.enum([...runningStatuses, ...endStatuses]);
export const role = z.enum(['user', 'assistant', 'system']);
export const titleSource = z.enum(['default', 'model', 'user']);
const usage = z.object({ promptTokens: z.number().optional(), completionTokens: z.number() }).transform(toUsage);
const timings = z.object({
  queuedMs: z.number(),
  loadMs: z.number(),
  firstTokenMs: z.number(),
  totalMs: z.number(),
});
export const parameters = z.object({
  temperature: z.number().exactOptional(),
  topP: z.number().exactOptional(),
  maxTokens: z.number().exactOptional(),
  seed: z.number().exactOptional(),
  stop: z.array(z.string()).exactOptional(),
});
const outcome = {
  model: z.string(),
  usage: usage.nullable(),
  timings: timings.nullable(),
  problem: z.record(z.string(), z.unknown()).nullable(),
};

/** A conversation, from the table alias `c`. */
export const conversationJson = Prisma.sql`json_build_object(
  'id', c.id, 'userId', c.user_id, 'title', c.title, 'titleSource', c.title_source, 'persona', c.persona, 'replyMode', c.reply_mode,
  'model', c.model, 'parameters', c.parameters, 'pinned', c.pinned, 'archived', c.archived,
  'folderId', c.folder_id, 'tags', c.tags, 'activeLeafId', c.active_leaf_id,
  'createdAt', c.created_at, 'updatedAt', c.updated_at, 'lastMessageAt', c.last_message_at, 'version', c.version,
  'deletedAt', c.deleted_at, 'members', (
    SELECT coalesce(json_agg(json_build_object('userId', cm.user_id, 'role', cm.role, 'pinned', cm.pinned,
      'archived', cm.archived, 'folderId', cm.folder_id, 'tags', cm.tags,
      'activeLeafId', CASE WHEN cm.active_leaf_over IS NOT DISTINCT FROM c.active_leaf_id THEN cm.active_leaf_id END,
      'joinedAt', cm.joined_at) ORDER BY cm.joined_at, cm.user_id), '[]')
    FROM conversation_members cm WHERE cm.conversation_id = c.id))`;

const memberRow = z.object({
  userId: z.string(),
  role: z.enum(memberRoles),
  pinned: z.boolean(),
  archived: z.boolean(),
  folderId: z.string().nullable(),
  tags: z.array(z.string()),
  activeLeafId: z.string().nullable(),
  joinedAt: time,
});

export const conversationRow: z.ZodType<Conversation> = z.object({
  id: z.string(),
  userId: z.string(),
  title: z.string(),
  titleSource,
  persona: z.string(),
  replyMode: z.enum(replyModes),
  model: z.string(),
  parameters,
  pinned: z.boolean(),
  archived: z.boolean(),
  folderId: z.string().nullable(),
  tags: z.array(z.string()),
  members: z.array(memberRow),
  activeLeafId: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
  lastMessageAt: time,
  version: z.number(),
  deletedAt: time.nullable(),
});

/** Whether a reply is being written in the conversation `c`; one look into an index of what has not ended. */
export const generatingNow = Prisma.sql`EXISTS (SELECT FROM generations g WHERE g.conversation_id = c.id AND g.ended_at IS NULL)`;

/** A conversation of a list, with what one of its readers sees beside it. */
export const listedRow = z.object({ conversation: conversationRow, unread: z.boolean(), generating: z.boolean() });

export const inviteRow: z.ZodType<Invite> = z.object({
  id: z.string(),
  conversationId: z.string(),
  role: z.enum(memberRoles),
  createdAt: time,
  expiresAt: time,
});

/** A read mark, from the table alias `r`. */
export const readMarkJson = Prisma.sql`json_build_object(
  'conversationId', r.conversation_id, 'userId', r.user_id, 'messageId', r.message_id, 'readAt', r.read_at)`;

export const readMarkRow: z.ZodType<ReadMark> = z.object({
  conversationId: z.string(),
  userId: z.string(),
  messageId: z.string(),
  readAt: time,
});

/** A draft, from the table alias `d`. */
export const draftJson = Prisma.sql`json_build_object(
  'conversationId', d.conversation_id, 'text', d.text, 'version', d.version, 'updatedAt', d.updated_at)`;

export const draftRow: z.ZodType<Draft> = z.object({
  conversationId: z.string(),
  text: z.string(),
  version: z.number(),
  updatedAt: time,
});

/** A link to a snapshot, from the table alias `s`. */
export const shareJson = Prisma.sql`json_build_object('id', s.id, 'conversationId', s.conversation_id, 'title', s.title,
  'messageCount', jsonb_array_length(s.messages), 'createdAt', s.created_at, 'expiresAt', s.expires_at)`;

export const shareRow: z.ZodType<Share> = z.object({
  id: z.string(),
  conversationId: z.string(),
  title: z.string(),
  messageCount: z.number(),
  createdAt: time,
  expiresAt: time.nullable(),
});

export const sharedConversationRow: z.ZodType<SharedConversation> = z.object({
  title: z.string(),
  messages: z.array(z.object({ role, content: z.string(), model: z.string(), createdAt: time })),
  createdAt: time,
  expiresAt: time.nullable(),
});

/** A message, from the table alias `m`. */
export const messageJson = messageJsonOf('m');

/** A message, from a table alias of the caller's. */
export function messageJsonOf(alias: 'm' | 'question' | 'reply'): Prisma.Sql {
  const m = Prisma.raw(alias);
  return Prisma.sql`json_build_object(
    'id', ${m}.id, 'conversationId', ${m}.conversation_id, 'parentId', ${m}.parent_id, 'role', ${m}.role,
    'content', ${m}.content, 'status', ${m}.status, 'generationId', ${m}.generation_id, 'authorId', ${m}.author_id,
    'contentSeq', ${m}.content_seq, 'model', ${m}.model, 'usage', ${m}.usage, 'timings', ${m}.timings,
    'problem', ${m}.problem, 'createdAt', ${m}.created_at, 'updatedAt', ${m}.updated_at, 'version', ${m}.version)`;
}

export const messageRow: z.ZodType<Message> = z.object({
  id: z.string(),
  conversationId: z.string(),
  parentId: z.string().nullable(),
  role,
  content: z.string(),
  status: messageStatus,
  generationId: z.string().nullable(),
  authorId: z.string().nullable(),
  contentSeq: z.number(),
  ...outcome,
  createdAt: time,
  updatedAt: time,
  version: z.number(),
});

/** A generation, from the table alias `g`. */
export const generationJson = Prisma.sql`json_build_object(
  'id', g.id, 'conversationId', g.conversation_id, 'userId', g.user_id, 'userMessageId', g.user_message_id,
  'assistantMessageId', g.assistant_message_id, 'kind', g.kind, 'requestHash', g.request_hash, 'status', g.status,
  'seq', g.seq, 'requestedModel', g.requested_model, 'persona', g.persona, 'parameters', g.parameters,
  'model', g.model, 'usage', g.usage, 'timings', g.timings, 'problem', g.problem,
  'createdAt', g.created_at, 'endedAt', g.ended_at)`;

export const generationRow: z.ZodType<Generation> = z.object({
  id: z.string(),
  conversationId: z.string(),
  userId: z.string(),
  userMessageId: z.string(),
  assistantMessageId: z.string(),
  kind: z.enum(['start', 'post', 'edit', 'regenerate', 'continue']),
  requestHash: z.string(),
  status: messageStatus,
  seq: z.number(),
  requestedModel: z.string(),
  persona: z.string(),
  parameters,
  ...outcome,
  createdAt: time,
  endedAt: time.nullable(),
});

/** The messages of a context; `guestId` is who wrote one that the owner of the conversation did not. */
export const contextRow = z.array(z.object({ role, content: z.string(), guestId: z.string().nullable() }));

/** A context that names its authors as soon as there are several. */
export function toContext(rows: z.output<typeof contextRow>, ownerId: string): readonly ContextMessage[] {
  const isShared = rows.some(({ guestId }) => guestId !== null);
  return rows.map(({ role: speaker, content, guestId }) => {
    const message = { role: speaker, content };
    return isShared && speaker === 'user' ? { ...message, authorId: guestId ?? ownerId } : message;
  });
}

/** The persona named `persona` when it is one of these people's own. What names a built-in one is no UUID. */
export function customPersonaJson(persona: Prisma.Sql, userIds: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT json_build_object('prompt', p.prompt, 'parameters', p.parameters)
    FROM personas p
    WHERE p.id = CASE WHEN ${persona} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${persona}::uuid END
      AND p.user_id IN (${userIds}))`;
}

export const customPersonaRow: z.ZodType<CustomPersona | null> = z
  .object({ prompt: z.string(), parameters })
  .nullable();
