import type { Conversation as WireConversation } from '@chatbot/proto/chatbot/chat/v1/Conversation';
import type { Generation as WireGeneration } from '@chatbot/proto/chatbot/chat/v1/Generation';
import type { GenerationTask as WireTask } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Message as WireMessage } from '@chatbot/proto/chatbot/chat/v1/Message';
import type { Parameters as WireParameters } from '@chatbot/proto/chatbot/chat/v1/Parameters';
import type { Turn as WireTurn } from '@chatbot/proto/chatbot/chat/v1/Turn';
import { toTimestamp } from '@chatbot/service-kit';
import { validate as isUuid } from 'uuid';
import {
  type Conversation,
  defaultPersona,
  type ListedConversation,
  type PersonalChanges,
} from '../domain/conversation.ts';
import type { GenerationTask, GenerationWithText, Turn } from '../domain/generation.ts';
import { readersOf, seenBy } from '../domain/member.ts';
import type { ListedMessage, Message, ProblemDocument } from '../domain/message.ts';
import type { Parameters } from '../domain/parameters.ts';

// What the domain has, as the messages of chat_service.proto. An absent text is an empty one there.

/** A conversation as one of its members sees it. */
export function toWireConversation(conversation: Conversation, viewerId: string): WireConversation {
  const {
    userId: _,
    titleSource: __,
    members: ___,
    createdAt,
    updatedAt,
    lastMessageAt,
    deletedAt,
    parameters,
    ...same
  } = conversation;
  const { folderId, tags, activeLeafId, ...view } = seenBy(conversation, viewerId);
  return {
    ...same,
    ...view,
    folderId: folderId ?? '',
    tags: [...tags],
    parameters: toWireParameters(parameters),
    viewerId,
    readerUserIds: [...readersOf(conversation)],
    activeLeafId: activeLeafId ?? '',
    activeLeafChosen: activeLeafId !== conversation.activeLeafId,
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
    lastMessageAt: toTimestamp(lastMessageAt),
    deletedAt: deletedAt === null ? null : toTimestamp(deletedAt),
  };
}

/** A conversation of a list, with what its reader sees beside it. */
export function toWireListedConversation(conversation: ListedConversation, viewerId: string): WireConversation {
  const { unread, generating } = conversation;
  return { ...toWireConversation(conversation, viewerId), unread, generating };
}

/** A conversation that somebody has just changed, with what they have said of their reading. */
export function toWireChangedConversation(
  conversation: Conversation,
  { viewerId, changes }: { viewerId: string; changes: PersonalChanges },
): WireConversation {
  const wire = toWireConversation(conversation, viewerId);
  // Without a message there is nothing to read.
  return changes.unread === undefined
    ? wire
    : { ...wire, unread: changes.unread && conversation.activeLeafId !== null };
}

export function toWireMessage(message: Message): WireMessage {
  const { parentId, generationId, authorId, createdAt, updatedAt, problem, ...same } = message;
  return {
    ...same,
    parentId: parentId ?? '',
    generationId: generationId ?? '',
    authorId: authorId ?? '',
    problemJson: toProblemJson(problem),
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

/** A message of a list, with what its reader sees beside it. */
export function toWireListedMessage({
  siblingIds,
  feedback,
  persona,
  parameters,
  ...message
}: ListedMessage): WireMessage {
  return {
    ...toWireMessage(message),
    siblingIds: [...siblingIds],
    feedback,
    persona: persona ?? '',
    parameters: parameters === undefined ? null : toWireParameters(parameters),
  };
}

export function toWireGeneration({ generation, content }: GenerationWithText): WireGeneration {
  const { id, conversationId, status, seq, model, usage, timings, createdAt, endedAt } = generation;
  return {
    id,
    conversationId,
    messageId: generation.assistantMessageId,
    status,
    seq,
    model,
    usage,
    timings,
    content,
    problemJson: toProblemJson(generation.problem),
    createdAt: toTimestamp(createdAt),
    endedAt: endedAt === null ? null : toTimestamp(endedAt),
  };
}

export function toWireTask(task: GenerationTask): WireTask {
  const { userId, persona, requestedModel, parameters } = task.generation;
  const { customPersona } = task;
  return {
    generation: toWireGeneration(task),
    userId,
    // One's own that is gone is an id that says nothing to ai-service.
    persona: customPersona === null && isUuid(persona) ? defaultPersona : persona,
    requestedModel,
    parameters: toWireParameters(parameters),
    context: task.context.map(({ authorId = '', ...message }) => ({ ...message, authorId })),
    customPersona:
      customPersona === null
        ? null
        : { prompt: customPersona.prompt, parameters: toWireParameters(customPersona.parameters) },
    conversationParameters: toWireParameters(task.conversationParameters),
    titleWanted: task.titleWanted,
  };
}

/** A turn as the one who asked for it sees it. */
export function toWireTurn({ conversation, userMessage, assistantMessage, generation, replayed }: Turn): WireTurn {
  return {
    conversation: toWireConversation(conversation, generation.userId),
    userMessage: toWireMessage(userMessage),
    assistantMessage: {
      ...toWireMessage(assistantMessage),
      persona: generation.persona,
      parameters: toWireParameters(generation.parameters),
    },
    generationId: generation.id,
    replayed,
    conversationCreated: generation.kind === 'start',
  };
}

export function toWireParameters({ stop, ...sampling }: Parameters): WireParameters {
  return { ...sampling, stop: [...(stop ?? [])] };
}

function toProblemJson(problem: ProblemDocument | null): string {
  return problem === null ? '' : JSON.stringify(problem);
}
