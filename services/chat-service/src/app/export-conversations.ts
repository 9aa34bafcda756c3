import { NIL as nilUuid } from 'uuid';
import type { Conversation } from '../domain/conversation.ts';
import {
  type ConversationWriter,
  type ExportFormat,
  htmlWriter,
  jsonDocumentBegin,
  jsonDocumentEnd,
  jsonWriter,
  markdownWriter,
} from '../domain/export-format.ts';
import type { Message } from '../domain/message.ts';
import { orNotFound } from './not-found.ts';
import type { ArchiveStore } from './ports/archive-store.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';

export type ExportDeps = {
  readonly archive: ArchiveStore;
  readonly conversations: ConversationStore;
  readonly clock: Clock;
};

const pageSize = 100;

/**
 * One conversation as a document, piece by piece: all of its tree as JSON, its active branch as Markdown or HTML. Memory holds a page of it.
 * Throws RESOURCE_NOT_FOUND before the first piece.
 */
export async function* exportConversation(
  deps: ExportDeps,
  { format, ...key }: ConversationKey & { readonly format: ExportFormat },
): AsyncGenerator<string> {
  const conversation = orNotFound(await deps.conversations.get(key));
  switch (format) {
    case 'json':
      yield jsonDocumentBegin(new Date(deps.clock()));
      yield* write(deps, { writer: jsonWriter, conversation, userId: key.userId });
      yield jsonDocumentEnd;
      return;
    case 'markdown':
      return yield* write(deps, { writer: markdownWriter, conversation, userId: key.userId });
    case 'html':
      return yield* write(deps, { writer: htmlWriter, conversation, userId: key.userId });
    default:
      format satisfies never;
  }
}

/** All conversations that somebody owns, as one JSON document, piece by piece. Those in the trash are left out. */
export async function* exportConversations(
  deps: ExportDeps,
  { userId }: { readonly userId: string },
): AsyncGenerator<string> {
  yield jsonDocumentBegin(new Date(deps.clock()));
  let first = true;
  for await (const conversation of ownConversations(deps, userId)) {
    if (!first) yield ',';
    first = false;
    yield* write(deps, { writer: jsonWriter, conversation, userId });
  }
  yield jsonDocumentEnd;
}

async function* ownConversations({ archive }: ExportDeps, userId: string): AsyncGenerator<Conversation> {
  let afterId: string = nilUuid;
  for (;;) {
    const page = await archive.listConversations({ userId, afterId, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    afterId = last.id;
  }
}

type Write = { writer: ConversationWriter; conversation: Conversation; userId: string };

async function* write(deps: ExportDeps, { writer, conversation, userId }: Write): AsyncGenerator<string> {
  const branch = writer.scope === 'branch' ? await activeBranch(deps, { conversation, userId }) : undefined;
  yield writer.begin(conversation);
  let first = true;
  for await (const message of messagesOf(deps, { conversation, userId })) {
    if (branch !== undefined && !branch.has(message.id)) continue;
    yield `${first ? '' : writer.separator}${writer.message(message)}`;
    first = false;
  }
  yield writer.end;
}

/** The ids of the messages from the root to the active leaf. */
async function activeBranch(deps: ExportDeps, of: Omit<Write, 'writer'>): Promise<ReadonlySet<string>> {
  const parents = new Map<string, string | null>();
  for await (const { id, parentId } of messagesOf(deps, of)) parents.set(id, parentId);
  const branch = new Set<string>();
  for (let id = of.conversation.activeLeafId; id !== null && !branch.has(id); id = parents.get(id) ?? null)
    branch.add(id);
  return branch;
}

async function* messagesOf(
  { archive }: ExportDeps,
  { conversation, userId }: Omit<Write, 'writer'>,
): AsyncGenerator<Message> {
  let afterId: string = nilUuid;
  for (;;) {
    const page = await archive.listMessages({ conversationId: conversation.id, userId, afterId, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    afterId = last.id;
  }
}
