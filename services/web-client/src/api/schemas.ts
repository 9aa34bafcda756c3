import * as z from 'zod/mini';

/*
 * What the gateway sends, parsed at the edge. Unknown keys are dropped and absent optional keys become undefined, so
 * that a newer gateway does not break an older tab. The names are those of the public contract.
 */

// Compiled parsers need `new Function`, which the content security policy forbids.
z.config({ jitless: true });

/** Absent, null and empty all mean "not there". */
function maybe<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.pipe(
    z.nullish(schema),
    z.transform((value): z.output<Schema> | undefined => (value === null || value === '' ? undefined : value)),
  );
}

/** A problem document (RFC 9457) with the reason from the error catalogue. */
export const ProblemSchema = z.object({
  title: z._default(z.string(), ''),
  status: z._default(z.number(), 0),
  detail: maybe(z.string()),
  reason: z._default(z.string(), 'INTERNAL'),
  errors: maybe(z.array(z.object({ field: z.string(), message: z.string() }))),
  /** After a conflict: the resource as it is now. */
  current: maybe(z.unknown()),
  requestId: maybe(z.string()),
  metadata: z.optional(z.record(z.string(), z.string())),
});
export type Problem = z.infer<typeof ProblemSchema>;

export const UserSchema = z.object({
  id: z.string(),
  email: z.string(),
  displayName: z.string(),
  role: z.string(),
  version: z._default(z.number(), 1),
});
export type User = z.infer<typeof UserSchema>;

/** The answer to sign-up, sign-in and refresh. */
export const GrantSchema = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.number(),
  user: UserSchema,
});
export type Grant = z.infer<typeof GrantSchema>;

/** How a model chooses its words; what is absent is the choice of the conversation, the persona or the model. */
export const ParametersSchema = z.object({
  temperature: z.optional(z.number()),
  topP: z.optional(z.number()),
  maxTokens: z.optional(z.number()),
  seed: z.optional(z.number()),
  stop: z.optional(z.array(z.string())),
});
export type Parameters = z.infer<typeof ParametersSchema>;

export const PreferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  defaultPersona: z.string(),
  defaultModel: z.string(),
  parameters: ParametersSchema,
  language: z.string(),
  sendOnEnter: z.boolean(),
  version: z.number(),
});
export type Preferences = z.infer<typeof PreferencesSchema>;

export const SessionListSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      current: z.boolean(),
      device: z.object({ userAgent: maybe(z.string()), ipAddress: maybe(z.string()) }),
      lastUsedAt: z.string(),
    }),
  ),
});
export type OpenSession = z.infer<typeof SessionListSchema>['items'][number];

export const PasswordChangedSchema = z.object({ endedSessionCount: z.number() });
export const AccountDeletedSchema = z.object({ purgeAt: z.string() });

export const ConversationSchema = z.object({
  id: z.string(),
  title: z.string(),
  persona: maybe(z.string()),
  // Empty means the server's default, which a patch must be able to say; so this one keeps ''.
  model: z.optional(z.nullable(z.string())),
  /** Of its replies. */
  params: z._default(ParametersSchema, {}),
  pinned: z._default(z.boolean(), false),
  archived: z._default(z.boolean(), false),
  folderId: maybe(z.string()),
  tags: z._default(z.array(z.string()), []),
  /** In lists, and where it has just changed. */
  generating: maybe(z.boolean()),
  unread: maybe(z.boolean()),
  role: z._default(z.enum(['owner', 'writer', 'reader']), 'owner'),
  memberCount: z._default(z.number(), 1),
  replyMode: z._default(z.enum(['always', 'mentioned']), 'always'),
  activeLeafId: maybe(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastMessageAt: maybe(z.string()),
  deletedAt: maybe(z.string()),
  version: z.number(),
});
export type Conversation = z.infer<typeof ConversationSchema>;
/** When the assistant answers: every message, or only one that addresses it. */
export type ReplyMode = Conversation['replyMode'];

const MessageStatusSchema = z.enum(['pending', 'streaming', 'completed', 'stopped', 'interrupted', 'failed']);

const UsageSchema = z.object({
  /** Absent of a reply that was cut short. */
  promptTokens: maybe(z.number()),
  completionTokens: z._default(z.number(), 0),
});

/** Durations in milliseconds; firstTokenMs and totalMs count from the request to the model server. */
const TimingsSchema = z.object({
  queuedMs: z._default(z.number(), 0),
  loadMs: z._default(z.number(), 0),
  firstTokenMs: z._default(z.number(), 0),
  totalMs: z._default(z.number(), 0),
});

const FeedbackSchema = z.object({ rating: z.enum(['up', 'down']), comment: z._default(z.string(), '') });
export type Feedback = z.infer<typeof FeedbackSchema>;

export const MessageSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  parentId: maybe(z.string()),
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  contentSeq: z._default(z.number(), 0),
  status: MessageStatusSchema,
  generationId: maybe(z.string()),
  authorId: maybe(z.string()),
  model: maybe(z.string()),
  problem: maybe(ProblemSchema),
  usage: maybe(UsageSchema),
  timings: maybe(TimingsSchema),
  /** What a reply was asked for with; unknown where it was placed before the server told of it. */
  params: z.optional(ParametersSchema),
  /** The messages in this place on other branches and this one, oldest first; unknown where a message came by itself. */
  siblingIds: z.optional(z.array(z.string())),
  /** What the person thinks of it; null for nothing. */
  feedback: z.optional(z.nullable(FeedbackSchema)),
  createdAt: z.string(),
  version: z.number(),
});
export type Message = z.infer<typeof MessageSchema>;

/** The changed part of a message, as message:updated carries it. */
export const MessagePatchSchema = z.extend(z.partial(MessageSchema), {
  id: z.string(),
  conversationId: z.string(),
  // In a patch, what is absent has not changed; the default of a whole message would say that it has.
  contentSeq: z.optional(z.number()),
});
export type MessagePatch = z.infer<typeof MessagePatchSchema>;

/** The changed part of a conversation; to other members without what is personal. */
export const ConversationPatchSchema = z.extend(z.partial(ConversationSchema), {
  id: z.string(),
  pinned: z.optional(z.boolean()),
  archived: z.optional(z.boolean()),
  tags: z.optional(z.array(z.string())),
  role: z.optional(z.enum(['owner', 'writer', 'reader'])),
  memberCount: z.optional(z.number()),
  replyMode: z.optional(z.enum(['always', 'mentioned'])),
  params: z.optional(ParametersSchema),
});
export type ConversationPatch = z.infer<typeof ConversationPatchSchema>;

/** How far somebody has read; to themselves, with whether something is left. */
export const ReadSchema = z.object({ conversationId: z.string(), userId: z.string(), unread: maybe(z.boolean()) });

export const ConversationDeletedSchema = z.union([
  z.object({ id: z.string() }),
  z.pipe(
    z.object({ conversationId: z.string() }),
    z.transform(({ conversationId }) => ({ id: conversationId })),
  ),
]);

function pageOf<Item extends z.ZodMiniType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: maybe(z.string()) });
}
export const ConversationPageSchema = pageOf(ConversationSchema);
export type ConversationPage = z.infer<typeof ConversationPageSchema>;
/** The end of the branch on which a message is read. */
export const LeafSchema = z.object({ leafId: z.string() });
/** With the branch that was read around a message, and the way to what is newer on it. */
export const MessagePageSchema = z.extend(pageOf(MessageSchema), {
  previousCursor: maybe(z.string()),
  leafId: maybe(z.string()),
});
export type MessagePage = z.infer<typeof MessagePageSchema>;

/** The acknowledgement of sync: what has changed since a cursor, as it is now. Something may come twice. */
export const ChangesSchema = z.object({
  cursor: z.string(),
  /** Too much has changed to tell. */
  reset: z.boolean(),
  conversations: z.array(ConversationSchema),
  removedIds: z.array(z.string()),
  readMarks: z.array(z.object({ conversationId: z.string(), userId: z.string(), messageId: z.string() })),
  drafts: z.array(z.object({ conversationId: z.string(), text: z.string(), version: z.number() })),
  messages: z.array(MessageSchema),
});
export type Changes = z.infer<typeof ChangesSchema>;

const SearchHitSchema = z.object({
  conversationId: z.string(),
  messageId: maybe(z.string()),
  title: z.string(),
  role: maybe(z.enum(['user', 'assistant', 'system'])),
  createdAt: z.string(),
  snippet: z.object({
    text: z.string(),
    highlights: z.array(z.object({ start: z.number(), end: z.number() })),
  }),
});
export type SearchHit = z.infer<typeof SearchHitSchema>;

export const SearchPageSchema = z.extend(pageOf(SearchHitSchema), { correctedQuery: maybe(z.string()) });
export type SearchPage = z.infer<typeof SearchPageSchema>;

export const ModelListSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      parameterSize: maybe(z.string()),
      contextLength: maybe(z.number()),
      sizeBytes: z._default(z.number(), 0),
      isDefault: z._default(z.boolean(), false),
      isDemo: z._default(z.boolean(), false),
    }),
  ),
  configuredDefault: maybe(z.string()),
});
export type ModelList = z.infer<typeof ModelListSchema>;

export const PersonaSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z._default(z.string(), ''),
  builtIn: z._default(z.boolean(), true),
  parameters: z._default(ParametersSchema, {}),
  /** Of one's own. */
  prompt: maybe(z.string()),
  version: maybe(z.number()),
});
export type Persona = z.infer<typeof PersonaSchema>;
export const PersonaListSchema = z.object({ items: z.array(PersonaSchema) });

/** The acknowledgement of message:edit, message:regenerate and generation:continue. */
export const TurnSchema = z.object({
  conversationId: z.string(),
  userMessageId: z.string(),
  assistantMessageId: z.string(),
  generationId: z.string(),
});
export type Turn = z.infer<typeof TurnSchema>;

/** The acknowledgement of message:send; without a reply where only messages that address the model are answered. */
export const PostedTurnSchema = z.extend(TurnSchema, {
  assistantMessageId: maybe(z.string()),
  generationId: maybe(z.string()),
});
export type PostedTurn = z.infer<typeof PostedTurnSchema>;

export const FrameSchema = z.union([
  z.object({
    type: z.literal('status'),
    generationId: z.string(),
    seq: z.number(),
    status: z.enum(['queued', 'loading', 'generating']),
    position: maybe(z.number()),
    model: maybe(z.string()),
    droppedMessageCount: maybe(z.number()),
  }),
  z.object({ type: z.literal('delta'), generationId: z.string(), seq: z.number(), text: z.string() }),
  z.object({
    type: z.literal('end'),
    generationId: z.string(),
    seq: z.number(),
    status: z.enum(['completed', 'stopped', 'interrupted', 'failed']),
    messageId: z.string(),
    // Empty text is a valid whole text, so this one keeps ''.
    content: z.optional(z.nullable(z.string())),
    textLength: z.optional(z.number()),
    model: maybe(z.string()),
    usage: maybe(UsageSchema),
    timings: maybe(TimingsSchema),
    problem: maybe(ProblemSchema),
  }),
  // A kind of a later release: it takes its place in the order and changes nothing.
  z.pipe(
    z.object({ generationId: z.string(), seq: z.number() }),
    z.transform(({ generationId, seq }) => ({ type: 'unknown' as const, generationId, seq })),
  ),
]);
export type Frame = z.infer<typeof FrameSchema>;
export type EndFrame = Extract<Frame, { type: 'end' }>;
