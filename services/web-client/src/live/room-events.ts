import * as z from 'zod/mini';

/** What the socket tells of those who are in a conversation. */

export const TypingSchema = z.object({ conversationId: z.string(), userId: z.string(), typing: z.boolean() });
export const PresenceSchema = z.object({ conversationId: z.string(), userId: z.string(), present: z.boolean() });
export const ReadMarkSchema = z.object({ conversationId: z.string(), userId: z.string(), messageId: z.string() });
export const DraftSchema = z.object({ conversationId: z.string(), text: z.string(), version: z.number() });
export const ClosedSchema = z.object({ conversationId: z.string() });

/** The acknowledgement of draft:set. */
export const SavedDraftSchema = z.object({ version: z.number() });

/** The acknowledgement of conversation:open. */
export const OpenedSchema = z.object({
  present: z.array(z.string()),
  typing: z.array(z.string()),
  readMarks: z.array(ReadMarkSchema),
  draft: z.pipe(
    z.nullable(DraftSchema),
    z.transform((draft) => draft ?? undefined),
  ),
});
export type Opened = z.infer<typeof OpenedSchema>;

/** For acknowledgements that tell nothing. */
export const AnyAckSchema = z.unknown();
