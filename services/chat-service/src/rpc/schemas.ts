import { fromTimestamp } from '@chatbot/service-kit';
import { NIL as nilUuid } from 'uuid';
import { z } from 'zod';
import { conversationSorts } from '../domain/cursor.ts';
import { exportFormats } from '../domain/export-format.ts';
import { folderNameLengthMax } from '../domain/folder.ts';
import { memberRoles } from '../domain/member.ts';
import { replyModes } from '../domain/mention.ts';
import { endStatuses, feedbackCommentLengthMax, toUsage } from '../domain/message.ts';
import { parametersSchema } from '../domain/parameters.ts';
import { personaLengthMax } from '../domain/persona.ts';
import { isStorable, replaceNul, storableMessage, storableText } from '../domain/storable-text.ts';
import { normalizeTag, normalizeTags, tagCountMax, tagLengthMax } from '../domain/tags.ts';
import { titleLengthMax } from '../domain/title.ts';

// Requests as they come off the wire (every field present, strings empty when absent) and what they are narrowed to.

/** An id of something. One that cannot exist becomes one that does not: both answer RESOURCE_NOT_FOUND. */
const id = z.uuid().toLowerCase().catch(nilUuid);

/** Empty means absent. */
const optionalId = z.union([z.literal('').transform(() => undefined), id]);

/** The secret of a link. One that cannot exist opens nothing. */
const secretToken = z.string().max(200);
const shareLifeSecondsMax = 366 * 24 * 3_600;
const inviteLifeSecondsMax = 30 * 24 * 3_600;

const version = z.int().min(1);
const clientMessageId = z.string().regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, "-" or "_"');
// The longest holds a title, of any script.
const cursor = z.string().max(2_000);
const content = storableText(100_000).refine((value) => value.trim() !== '', 'must not be only white space');
const title = storableText(titleLengthMax).trim().min(1);
const persona = z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a persona');
const model = z.string().max(200).refine(isStorable, storableMessage);
const newPersona = emptyAsAbsent(persona);
const newModel = emptyAsAbsent(model);

const parameters = parametersSchema.nullable().transform((value) => value ?? {});

const timestampMs = z
  // The range of google.protobuf.Timestamp: the years 1 to 9999.
  .object({ seconds: z.int().min(-62_135_596_800).max(253_402_300_799), nanos: z.int().min(0).max(999_999_999) })
  .transform((timestamp) => fromTimestamp(timestamp).getTime());

const fence = z.int().min(0);
const seq = z.int().min(0);
/** A reply is bounded by its tokens; this bound only keeps one message below the largest gRPC message (16 MiB). */
const replyContent = z.string().max(4_000_000).transform(replaceNul);
const durationMs = z.number().min(0);

const tags = z
  .object({ values: z.array(storableText(tagLengthMax)).max(tagCountMax).transform(normalizeTags) })
  .transform(({ values }) => values);

const personalChanges = {
  pinned: z.boolean().exactOptional(),
  archived: z.boolean().exactOptional(),
  // Empty takes it out of its folder.
  folderId: z.union([z.literal('').transform(() => null), id]).exactOptional(),
  tags: tags.nullish(),
  unread: z.boolean().exactOptional(),
};

/** proto3 has lists that are absent in messages of their own. */
function withTags<Changes extends { tags?: readonly string[] | null | undefined }>({
  tags: list,
  ...changes
}: Changes) {
  return list === undefined || list === null ? changes : { ...changes, tags: list };
}

const folderName = storableText(folderNameLengthMax).trim().min(1);

export const createConversationRequest = z.object({
  title: emptyAsAbsent(title),
  persona: newPersona,
  model: newModel,
  parameters,
});
export const conversationRequest = z.object({ conversationId: id });
export const listConversationsRequest = z.object({
  limit: limit({ max: 100, fallback: 30 }),
  cursor,
  archived: z.boolean(),
  trashed: z.boolean(),
  pinned: z.boolean().exactOptional(),
  unread: z.boolean().exactOptional(),
  folderId: optionalId,
  tag: storableText(tagLengthMax)
    .or(z.literal(''))
    .transform((value) => normalizeTag(value) || undefined),
  sort: z.union([z.literal('').transform(() => 'recent' as const), z.enum(conversationSorts)]),
});
export const updateConversationRequest = z
  .object({
    conversationId: id,
    version,
    title: title.exactOptional(),
    replyMode: z.enum(replyModes).exactOptional(),
    persona: persona.exactOptional(),
    model: model.exactOptional(),
    ...personalChanges,
    activeLeafId: id.exactOptional(),
    parameters: parametersSchema.nullish(),
  })
  .transform(({ conversationId, version: seen, parameters: sampling, ...changes }) => ({
    conversationId,
    version: seen,
    changes: { ...withTags(changes), ...(sampling ? { parameters: sampling } : {}) },
  }))
  .refine(({ changes }) => Object.keys(changes).length > 0, 'must change something');
export const changeConversationsRequest = z
  .object({
    conversationIds: z.array(id).min(1).max(100),
    action: z.enum(['arrange', 'trash', 'restore', 'purge']),
    ...personalChanges,
  })
  .transform(({ conversationIds, action, ...changes }) => ({
    conversationIds: [...new Set(conversationIds)],
    change: action === 'arrange' ? { kind: action, changes: withTags(changes) } : { kind: action },
  }))
  .refine(({ change }) => change.kind !== 'arrange' || Object.keys(change.changes).length > 0, 'must change something');
export const emptyRequest = z.object({});
export const createFolderRequest = z.object({ name: folderName });
export const updateFolderRequest = z.object({ folderId: id, version, name: folderName });
export const folderRequest = z.object({ folderId: id });
const personaContent = z.object({
  name: storableText(personaLengthMax.name).trim().min(1),
  description: z.string().trim().max(personaLengthMax.description).refine(isStorable, storableMessage),
  prompt: storableText(personaLengthMax.prompt).trim().min(1),
  parameters,
});
export const createPersonaRequest = personaContent;
export const updatePersonaRequest = personaContent
  .extend({ personaId: id, version })
  .transform(({ personaId, version: seen, ...personaFields }) => ({
    personaId,
    version: seen,
    content: personaFields,
  }));
export const personaRequest = z.object({ personaId: id });
export const listMessagesRequest = z
  .object({
    conversationId: id,
    limit: limit({ max: 200, fallback: 50 }),
    cursor,
    leafId: optionalId,
    aroundId: optionalId,
  })
  .refine(
    ({ aroundId, leafId, cursor: place }) => aroundId === undefined || (leafId === undefined && place === ''),
    'around goes with neither a leaf nor a cursor',
  );
export const setFeedbackRequest = z
  .object({
    messageId: id,
    rating: z.enum(['', 'up', 'down']),
    comment: z.string().max(feedbackCommentLengthMax).refine(isStorable, storableMessage),
  })
  .transform(({ messageId, rating, comment }) => ({
    messageId,
    feedback: rating === '' ? null : { rating, comment: comment.trim() },
  }));
export const postMessageRequest = z.object({
  clientMessageId,
  conversationId: optionalId,
  parentId: optionalId.optional(),
  content,
  persona: newPersona,
  model: newModel,
  parameters,
  generationId: z.union([z.literal('').transform(() => undefined), z.uuidv7().toLowerCase()]),
});
export const editMessageRequest = z.object({ messageId: id, clientMessageId, content, parameters });
export const continueReplyRequest = z.object({ generationId: id });

export const regenerateReplyRequest = z.object({ messageId: id, clientMessageId, parameters });
export const generationRequest = z.object({ generationId: id });
export const memberRequest = z.object({ conversationId: id, userId: id }).transform(toMemberId);
export const setMemberRequest = z
  .object({ conversationId: id, userId: id, role: z.enum(memberRoles) })
  .transform(toMemberId);
export const createInviteRequest = z
  .object({ conversationId: id, role: z.enum(memberRoles), lifeSeconds: z.int().min(60).max(inviteLifeSecondsMax) })
  .transform(({ lifeSeconds, ...invite }) => ({ ...invite, lifeMs: lifeSeconds * 1_000 }));
export const revokeInviteRequest = z.object({ conversationId: id, inviteId: id });
export const acceptInviteRequest = z.object({ token: secretToken });
export const setReadMarkRequest = z.object({ conversationId: id, messageId: id });
export const setDraftRequest = z.object({
  conversationId: id,
  text: z.string().max(100_000).refine(isStorable, storableMessage),
  version: z.int().min(0),
});
export const listChangesRequest = z.object({ cursor, conversationId: optionalId });
export const createShareRequest = z
  .object({ conversationId: id, leafId: optionalId, lifeSeconds: z.int().min(0).max(shareLifeSecondsMax) })
  // 0 takes no end.
  .transform(({ lifeSeconds, ...share }) => ({
    ...share,
    ...(lifeSeconds === 0 ? {} : { lifeMs: lifeSeconds * 1_000 }),
  }));
export const revokeShareRequest = z.object({ conversationId: id, shareId: id });
export const sharedRequest = z.object({ token: secretToken });
export const exportConversationRequest = z.object({ conversationId: id, format: z.enum(exportFormats) });
export const exportAllRequest = z.object({});
export const importConversationRequest = z.object({ json: z.string() });
export const setTypingRequest = z.object({ conversationId: id, typing: z.boolean() });
export const checkpointGenerationRequest = z.object({
  generationId: id,
  fence,
  seq,
  content: replyContent,
  model,
});
export const completeGenerationRequest = z
  .object({
    generationId: id,
    fence,
    seq,
    content: replyContent,
    status: z.enum(endStatuses),
    model,
    usage: z
      .object({ promptTokens: z.int().min(0), completionTokens: z.int().min(0) })
      .transform(toUsage)
      .nullable(),
    timings: z
      .object({ queuedMs: durationMs, loadMs: durationMs, firstTokenMs: durationMs, totalMs: durationMs })
      .nullable(),
    problemJson: z.string().max(20_000).transform(parseProblem),
  })
  .transform(({ generationId, fence: ownFence, problemJson, ...end }) => ({
    generationId,
    fence: ownFence,
    end: { ...end, problem: problemJson },
  }));
export const searchMessagesRequest = z
  .object({
    text: z.string().max(500).transform(replaceNul),
    from: timestampMs.nullish(),
    to: timestampMs.nullish(),
    persona: newPersona,
    model: newModel,
    role: emptyAsAbsent(z.enum(['user', 'assistant', 'system'])),
    conversationId: optionalId,
    limit: limit({ max: 50, fallback: 20 }),
    cursor,
  })
  .transform(({ text: typed, limit: count, cursor: place, from, to, ...filter }) => ({
    text: typed,
    limit: count,
    cursor: place,
    filter: { ...filter, fromMs: from ?? undefined, toMs: to ?? undefined },
  }));
export const listUnfinishedGenerationsRequest = z.object({
  createdBefore: timestampMs,
  limit: z.int().min(1).max(1_000),
});
export const setGeneratedTitleRequest = z.object({ conversationId: id, title });

/** On the wire `user_id` is whom it is about; in the use cases `userId` is who asks. */
function toMemberId<Request extends { userId: string }>({ userId, ...request }: Request) {
  return { ...request, memberId: userId };
}

function emptyAsAbsent<Output>(schema: z.ZodType<Output, string>) {
  return z.union([z.literal('').transform(() => undefined), schema]);
}

/** 0 takes the fallback. */
function limit({ max, fallback }: { max: number; fallback: number }) {
  return z
    .int()
    .min(0)
    .max(max)
    .transform((value) => value || fallback);
}

/** A JSON object, or null for an empty text. */
function parseProblem(value: string, context: z.RefinementCtx): Record<string, unknown> | null {
  if (value === '') return null;
  try {
    // jsonb refuses an escaped U+0000 as well.
    if (!value.includes('\\u0000')) return z.record(z.string(), z.unknown()).parse(JSON.parse(value));
  } catch {
    // Said below.
  }
  context.addIssue({ code: 'custom', message: 'must be a JSON object without U+0000' });
  return z.NEVER;
}
