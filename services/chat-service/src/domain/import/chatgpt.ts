import { z } from 'zod';
import { plainMessage, type SourceConversation, type SourceMessage, secondsToDate } from './source-message.ts';

const part = z.union([z.string(), z.looseObject({ text: z.string().optional(), content_type: z.string().optional() })]);

const content = z.looseObject({
  content_type: z.string(),
  parts: z.array(part).optional(),
  text: z.string().optional(),
  language: z.string().optional(),
});

const message = z.looseObject({
  author: z.looseObject({ role: z.string() }),
  create_time: z.number().nullish(),
  content,
  recipient: z.string().nullish(),
  metadata: z
    .looseObject({ model_slug: z.string().nullish(), is_visually_hidden_from_conversation: z.boolean().nullish() })
    .nullish(),
});

const node = z.looseObject({ message: message.nullish(), parent: z.string().nullish() });

/** A conversation of ChatGPT's conversations.json: a map of nodes, each with its parent, and the node on screen. */
export const chatGpt = z
  .looseObject({
    title: z.string().nullish(),
    create_time: z.number().nullish(),
    update_time: z.number().nullish(),
    mapping: z.record(z.string(), node),
    current_node: z.string().nullish(),
    is_archived: z.boolean().nullish(),
  })
  .transform(
    (source): SourceConversation => ({
      title: source.title ?? '',
      persona: '',
      model: '',
      parameters: {},
      pinned: false,
      archived: source.is_archived ?? false,
      createdAt: secondsToDate(source.create_time),
      updatedAt: secondsToDate(source.update_time),
      activeKey: source.current_node ?? null,
      messages: Object.entries(source.mapping).map(([key, entry]) => toMessage(key, entry)),
    }),
  );

function toMessage(key: string, { message: said, parent }: z.output<typeof node>): SourceMessage {
  const place = { ...plainMessage, key, parentKey: parent ?? null };
  if (said === null || said === undefined)
    return { ...place, role: 'system', content: '', createdAt: null, hidden: true };
  const { role } = said.author;
  const isSpoken = role === 'user' || role === 'assistant';
  // What an assistant says to a tool is not said to the person.
  const isToTool = said.recipient !== undefined && said.recipient !== null && said.recipient !== 'all';
  return {
    ...place,
    role: role === 'user' ? 'user' : 'assistant',
    content: textOf(said.content),
    model: role === 'assistant' ? (said.metadata?.model_slug ?? '') : '',
    createdAt: secondsToDate(said.create_time),
    hidden: !isSpoken || isToTool || said.metadata?.is_visually_hidden_from_conversation === true,
  };
}

function textOf({ content_type: type, parts = [], text = '', language = '' }: z.output<typeof content>): string {
  switch (type) {
    case 'code':
      return `\`\`\`${language === 'unknown' ? '' : language}\n${text}\n\`\`\``;
    case 'thoughts':
    case 'reasoning_recap':
    case 'user_editable_context':
      return '';
    default:
      return parts.length === 0
        ? text
        : parts
            .map(partText)
            .filter((said) => said !== '')
            .join('\n\n');
  }
}

/** Pictures and files are not in the export; that there was one is. */
function partText(value: z.output<typeof part>): string {
  if (typeof value === 'string') return value;
  return value.text ?? '[attachment]';
}
