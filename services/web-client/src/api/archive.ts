import * as z from 'zod/mini';
import { AnySchema, type Call, type Download, orNoAnswer } from './http.ts';
import { linesOf } from './lines.ts';
import { noAnswer, ProblemError } from './problem.ts';
import { type Conversation, ConversationSchema, ProblemSchema } from './schemas.ts';

/** The calls that show a conversation to others, take it away as a file, or bring it from elsewhere; and their answers. */

const ShareSchema = z.object({ id: z.string(), messageCount: z.number(), expiresAt: z.optional(z.string()) });
/** A link to a frozen branch; without expiresAt it works until it is revoked. */
export type Share = z.infer<typeof ShareSchema>;

const ShareListSchema = z.object({ items: z.array(ShareSchema) });

const CreatedShareSchema = z.extend(ShareSchema, { token: z.string() });
/** A link with its secret, which is told this once. */
export type CreatedShare = z.infer<typeof CreatedShareSchema>;

export const SharedConversationSchema = z.object({
  title: z.string(),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant', 'system']), content: z.string() })),
  createdAt: z.string(),
});
/** What a link shows, root first. */
export type SharedConversation = z.infer<typeof SharedConversationSchema>;

export type ExportFormat = 'json' | 'markdown' | 'html';

const ImportSumsSchema = z.object({ imported: z.number(), unchanged: z.number(), failed: z.number() });
/** How many conversations of a file are new, were there before, and could not be stored. */
export type ImportSums = z.infer<typeof ImportSumsSchema>;

const ImportLineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('item'),
    index: z.number(),
    status: z.enum(['imported', 'unchanged', 'failed']),
    conversationId: z.optional(z.string()),
    title: z.optional(z.string()),
    problem: z.optional(ProblemSchema),
  }),
  z.extend(ImportSumsSchema, { type: z.literal('done') }),
  z.object({ type: z.literal('error'), problem: ProblemSchema }),
]);
/** One conversation of a file that is imported, by its place in it, from 0. */
export type ImportItem = Extract<z.infer<typeof ImportLineSchema>, { type: 'item' }>;

export type ArchiveApi = {
  listShares: (conversationId: string, signal?: AbortSignal) => Promise<Share[]>;
  /** Freezes the branch that ends in leafId, else the active one; without a life the link works until it is revoked. */
  createShare: (conversationId: string, what: { leafId?: string; expiresInHours?: number }) => Promise<CreatedShare>;
  revokeShare: (conversationId: string, shareId: string) => Promise<void>;
  /** Makes what a link shows a conversation of the signed-in account. */
  copyShared: (token: string) => Promise<Conversation>;
  exportConversation: (conversationId: string, format: ExportFormat) => Promise<Blob>;
  exportConversations: () => Promise<Blob>;
  /** Imports a file; `onItem` is told of each conversation as it is stored. */
  importConversations: (file: File, onItem: (item: ImportItem) => void, signal: AbortSignal) => Promise<ImportSums>;
};

/** Makes the calls by `call` and `download`, which send a request as the signed-in account. Each throws ProblemError. */
export function createArchiveApi({ call, download }: { call: Call; download: Download }): ArchiveApi {
  return {
    listShares: async (conversationId, signal) =>
      (await call({ path: `${pathOf(conversationId)}/shares`, schema: ShareListSchema, signal })).items,
    createShare: (conversationId, what) =>
      call({ method: 'POST', path: `${pathOf(conversationId)}/share`, body: what, schema: CreatedShareSchema }),
    revokeShare: async (conversationId, shareId) => {
      const path = `${pathOf(conversationId)}/shares/${encodeURIComponent(shareId)}`;
      await call({ method: 'DELETE', path, schema: AnySchema });
    },
    copyShared: (token) =>
      call({ method: 'POST', path: `/shared/${encodeURIComponent(token)}/copy`, body: {}, schema: ConversationSchema }),
    exportConversation: async (conversationId, format) =>
      readFile(await download({ path: `${pathOf(conversationId)}/export?format=${format}` })),
    exportConversations: async () => readFile(await download({ path: '/conversations/export' })),
    async importConversations(file, onItem, signal) {
      const headers = { accept: 'application/x-ndjson', 'content-type': 'application/json' };
      const response = await download({ method: 'POST', path: '/conversations/import', body: file, headers, signal });
      for await (const line of linesOf(response)) {
        const event = ImportLineSchema.parse(JSON.parse(line));
        if (event.type === 'done') return event;
        if (event.type === 'error') throw new ProblemError(event.problem);
        onItem(event);
      }
      throw noAnswer();
    },
  };
}

function pathOf(conversationId: string): string {
  return `/conversations/${encodeURIComponent(conversationId)}`;
}

function readFile(response: Response): Promise<Blob> {
  return orNoAnswer(() => response.blob());
}
