import { z } from 'zod';
import { plainMessage, type SourceConversation, type SourceMessage, secondsToDate } from './source-message.ts';

const message = z.looseObject({
  parentId: z.string().nullish(),
  role: z.string(),
  content: z.string(),
  model: z.string().nullish(),
  timestamp: z.number().nullish(),
});

/** A chat of Open WebUI's export: a record around a chat whose history is a map of messages with their parents. */
export const openWebUi = z
  .looseObject({
    title: z.string().nullish(),
    created_at: z.number().nullish(),
    updated_at: z.number().nullish(),
    archived: z.boolean().nullish(),
    pinned: z.boolean().nullish(),
    chat: z.looseObject({
      title: z.string().nullish(),
      models: z.array(z.string()).nullish(),
      history: z.looseObject({ messages: z.record(z.string(), message), currentId: z.string().nullish() }),
    }),
  })
  .transform(
    ({ chat, ...record }): SourceConversation => ({
      title: record.title ?? chat.title ?? '',
      persona: '',
      model: chat.models?.[0] ?? '',
      parameters: {},
      pinned: record.pinned ?? false,
      archived: record.archived ?? false,
      createdAt: secondsToDate(record.created_at),
      updatedAt: secondsToDate(record.updated_at),
      activeKey: chat.history.currentId ?? null,
      messages: Object.entries(chat.history.messages).map(([key, said]) => toMessage(key, said)),
    }),
  );

function toMessage(
  key: string,
  { parentId, role, content, model, timestamp }: z.output<typeof message>,
): SourceMessage {
  const isKnown = role === 'user' || role === 'assistant' || role === 'system';
  return {
    ...plainMessage,
    key,
    parentKey: parentId ?? null,
    role: isKnown ? role : 'system',
    content,
    model: role === 'assistant' ? (model ?? '') : '',
    createdAt: secondsToDate(timestamp),
    hidden: !isKnown,
  };
}
