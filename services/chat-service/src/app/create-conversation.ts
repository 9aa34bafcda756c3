import { type Conversation, defaultPersona, defaultTitle } from '../domain/conversation.ts';
import type { Parameters } from '../domain/parameters.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { Clock, NewId } from './ports/system.ts';

export type CreateConversationInput = {
  readonly userId: string;
  /** Absent takes a default until the first message. */
  readonly title?: string | undefined;
  readonly persona?: string | undefined;
  readonly model?: string | undefined;
  readonly parameters: Parameters;
};

/** Stores an empty conversation. */
export async function createConversation(
  deps: { readonly conversations: ConversationStore; readonly newId: NewId; readonly clock: Clock },
  input: CreateConversationInput,
): Promise<Conversation> {
  const now = new Date(deps.clock());
  const conversation: Conversation = {
    id: deps.newId(),
    userId: input.userId,
    title: input.title ?? defaultTitle,
    titleSource: input.title === undefined ? 'default' : 'user',
    persona: input.persona ?? defaultPersona,
    replyMode: 'always',
    model: input.model ?? '',
    parameters: input.parameters,
    pinned: false,
    archived: false,
    folderId: null,
    tags: [],
    members: [],
    activeLeafId: null,
    createdAt: now,
    updatedAt: now,
    lastMessageAt: now,
    version: 1,
    deletedAt: null,
  };
  await deps.conversations.add(conversation);
  return conversation;
}
