import { z } from 'zod';
import { plainMessage, type SourceConversation, type SourceMessage, toDate } from './source-message.ts';

const message = z.looseObject({
  uuid: z.string(),
  sender: z.string(),
  text: z.string().nullish(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish() })).nullish(),
  created_at: z.string().nullish(),
  parent_message_uuid: z.string().nullish(),
});

/** A conversation of Claude's conversations.json: a list of messages, which newer files make a tree of. */
export const claude = z
  .looseObject({
    name: z.string().nullish(),
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
    chat_messages: z.array(message),
  })
  .transform(
    ({ name, created_at: createdAt, updated_at: updatedAt, chat_messages: messages }): SourceConversation => ({
      title: name ?? '',
      persona: '',
      model: '',
      parameters: {},
      pinned: false,
      archived: false,
      createdAt: toDate(createdAt),
      updatedAt: toDate(updatedAt),
      activeKey: messages.at(-1)?.uuid ?? null,
      messages: messages.map((said, index) => toMessage(said, messages[index - 1]?.uuid ?? null)),
    }),
  );

function toMessage(said: z.output<typeof message>, previousKey: string | null): SourceMessage {
  return {
    ...plainMessage,
    key: said.uuid,
    parentKey: said.parent_message_uuid ?? previousKey,
    role: said.sender === 'human' ? 'user' : 'assistant',
    content: textOf(said),
    createdAt: toDate(said.created_at),
    hidden: said.sender !== 'human' && said.sender !== 'assistant',
  };
}

/** The parts that were said; thinking and the use of tools are left out. */
function textOf({ content, text }: z.output<typeof message>): string {
  const said = (content ?? []).filter(({ type }) => type === 'text').map((part) => part.text ?? '');
  return said.length === 0 ? (text ?? '') : said.join('\n\n');
}
