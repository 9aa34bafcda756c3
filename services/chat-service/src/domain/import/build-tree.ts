import { AppError } from '@chatbot/errors';
import { defaultPersona, defaultTitle } from '../conversation.ts';
import {
  type ImportedConversation,
  type ImportedMessage,
  importedBytesMax,
  importedMessageCountMax,
} from '../imported-conversation.ts';
import { titleLengthMax } from '../title.ts';
import type { SourceConversation, SourceMessage } from './source-message.ts';

const userContentLengthMax = 100_000;

/**
 * Brings a conversation to the shape that is stored: parents before children, without what is hidden or empty, within the limits that hold for
 * messages that are sent. Throws VALIDATION_FAILED when it is over a limit or its messages are no tree.
 */
export function buildTree(source: SourceConversation): ImportedConversation {
  const ordered = parentsFirst(source.messages);
  const messages: ImportedMessage[] = [];
  // By key, the index of the message, or of the nearest one above it that is kept.
  const kept = new Map<string, number | null>();
  for (const { key, parentKey, hidden, createdAt, ...message } of ordered) {
    const parentIndex = parentKey === null ? null : (kept.get(parentKey) ?? null);
    const content = storable(message.content);
    if (hidden || content.trim() === '') {
      kept.set(key, parentIndex);
      continue;
    }
    kept.set(key, messages.length);
    const at = createdAt ?? source.createdAt ?? new Date(0);
    messages.push({ ...message, content, model: storable(message.model).slice(0, 200), parentIndex, createdAt: at });
  }
  checkLimits(messages);
  const lastIndex = messages.length === 0 ? null : messages.length - 1;
  const createdAt = source.createdAt ?? messages[0]?.createdAt ?? new Date(0);
  const title = storable(source.title).replace(/\s+/gu, ' ').trim();
  return {
    title: title === '' ? defaultTitle : cut(title, titleLengthMax),
    persona: /^[\w-]{1,64}$/.test(source.persona) ? source.persona : defaultPersona,
    model: storable(source.model).slice(0, 200),
    parameters: source.parameters,
    pinned: source.pinned,
    archived: source.archived,
    createdAt,
    updatedAt: source.updatedAt ?? messages.at(-1)?.createdAt ?? createdAt,
    activeIndex: (source.activeKey === null ? undefined : kept.get(source.activeKey)) ?? lastIndex,
    messages,
  };
}

/** The order of the file where it has parents first, else from the roots downwards. */
function parentsFirst(messages: readonly SourceMessage[]): readonly SourceMessage[] {
  const byKey = new Map(messages.map((message) => [message.key, message]));
  if (byKey.size !== messages.length) throw refused('has two messages with one id');
  const seen = new Set<string>();
  const isOrdered = messages.every(({ key, parentKey }) => {
    seen.add(key);
    return parentKey === null || !byKey.has(parentKey) || (parentKey !== key && seen.has(parentKey));
  });
  if (isOrdered) return messages;
  const children = Map.groupBy(messages, ({ parentKey }) =>
    parentKey !== null && byKey.has(parentKey) ? parentKey : null,
  );
  const ordered: SourceMessage[] = [];
  // A stack of our own: a thread may be longer than the call stack.
  const waiting = [...(children.get(null) ?? [])].toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    waiting.push(...(children.get(next.key) ?? []).toReversed());
  }
  // What no root leads to goes round in a circle.
  if (ordered.length !== messages.length) throw refused('has messages that answer each other in a circle');
  return ordered;
}

function checkLimits(messages: readonly ImportedMessage[]): void {
  if (messages.length > importedMessageCountMax) throw refused(`has more than ${importedMessageCountMax} messages`);
  const tooLong = messages.some(({ role, content }) => role === 'user' && content.length > userContentLengthMax);
  if (tooLong) throw refused(`has a message of a person that is longer than ${userContentLengthMax} characters`);
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > importedBytesMax) throw refused(`has more than ${importedBytesMax / 1024 / 1024} MiB of text`);
}

function refused(message: string): AppError {
  return new AppError('VALIDATION_FAILED', { detail: `The conversation ${message}` });
}

/** Postgres stores neither U+0000 nor half a surrogate pair. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
}
