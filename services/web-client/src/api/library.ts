import * as z from 'zod/mini';
import { AnySchema, type Call } from './http.ts';
import { type Conversation, ConversationSchema } from './schemas.ts';

/** The calls with which people put their conversations in order, and their answers. */

const FolderSchema = z.object({ id: z.string(), name: z.string(), version: z.number() });
/** A place for conversations, of one person's own. */
export type Folder = z.infer<typeof FolderSchema>;

const FolderListSchema = z.object({ items: z.array(FolderSchema) });
const TagListSchema = z.object({ items: z.array(z.object({ name: z.string(), conversationCount: z.number() })) });
export type Tag = z.infer<typeof TagListSchema>['items'][number];
const ChangedSchema = z.object({ items: z.array(ConversationSchema) });

/** Where somebody keeps a conversation. */
export type Arrangement = {
  archived?: boolean;
  /** Null takes it out of its folder. */
  folderId?: string | null;
  /** All of them. */
  tags?: readonly string[];
  unread?: boolean;
};

/** As many conversations as one call may change. */
export const CHANGED_AT_ONCE_MAX = 100;

export type LibraryApi = {
  listFolders: (signal: AbortSignal) => Promise<Folder[]>;
  createFolder: (name: string) => Promise<Folder>;
  /** Gives it another name, if it is as it was last seen. */
  renameFolder: (folder: Folder, name: string) => Promise<Folder>;
  /** The conversations in it stay. */
  deleteFolder: (id: string) => Promise<void>;
  listTags: (signal: AbortSignal) => Promise<Tag[]>;
  /** Changes up to CHANGED_AT_ONCE_MAX conversations, whatever their versions; returns those that were changed. */
  arrange: (ids: readonly string[], arrangement: Arrangement) => Promise<Conversation[]>;
  /** Moves as many to the trash; only what is one's own. */
  trash: (ids: readonly string[]) => Promise<Conversation[]>;
  restore: (ids: readonly string[]) => Promise<Conversation[]>;
};

/** Makes the calls by `call`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createLibraryApi(call: Call): LibraryApi {
  async function change(body: object): Promise<Conversation[]> {
    return (await call({ method: 'POST', path: '/conversations/bulk', body, schema: ChangedSchema })).items;
  }

  return {
    listFolders: async (signal) => (await call({ path: '/folders', schema: FolderListSchema, signal })).items,
    createFolder: (name) => call({ method: 'POST', path: '/folders', body: { name }, schema: FolderSchema }),
    renameFolder: ({ id, version }, name) =>
      call({ method: 'PATCH', path: folderPath(id), body: { version, name }, schema: FolderSchema }),
    deleteFolder: async (id) => {
      await call({ method: 'DELETE', path: folderPath(id), schema: AnySchema });
    },
    listTags: async (signal) => (await call({ path: '/tags', schema: TagListSchema, signal })).items,
    arrange: (ids, arrangement) => change({ action: 'arrange', ids, ...arrangement }),
    trash: (ids) => change({ action: 'trash', ids }),
    restore: (ids) => change({ action: 'restore', ids }),
  };
}

function folderPath(id: string): string {
  return `/folders/${encodeURIComponent(id)}`;
}
