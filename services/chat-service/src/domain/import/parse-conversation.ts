import { AppError, validationError } from '@chatbot/errors';
import type { z } from 'zod';
import type { ImportedConversation } from '../imported-conversation.ts';
import { buildTree } from './build-tree.ts';
import { chatGpt } from './chatgpt.ts';
import { claude } from './claude.ts';
import { openWebUi } from './open-webui.ts';
import { ownFormat } from './own-format.ts';
import type { SourceConversation } from './source-message.ts';

/** Where a conversation comes from. */
export type ImportSource = 'chatbot' | 'chatgpt' | 'claude' | 'open-webui';

/** The field by which each format is known, and its shape. */
const formats: readonly { source: ImportSource; field: string; schema: z.ZodType<SourceConversation> }[] = [
  { source: 'chatgpt', field: 'mapping', schema: chatGpt },
  { source: 'claude', field: 'chat_messages', schema: claude },
  { source: 'open-webui', field: 'chat', schema: openWebUi },
  { source: 'chatbot', field: 'messages', schema: ownFormat },
];

/**
 * One conversation of any format that is known, told by its shape. Throws VALIDATION_FAILED for what is no JSON, of no known format, not of the
 * shape of its format, or over a limit.
 */
export function parseConversation(json: string): { source: ImportSource; conversation: ImportedConversation } {
  const value = parseJson(json);
  const format = formats.find(({ field }) => typeof value === 'object' && value !== null && field in value);
  if (format === undefined)
    throw new AppError('VALIDATION_FAILED', { detail: 'It is of no format that is known here' });
  const parsed = format.schema.safeParse(value);
  if (!parsed.success) throw validationError(parsed.error);
  return { source: format.source, conversation: buildTree(parsed.data) };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new AppError('VALIDATION_FAILED', { detail: 'It is no JSON' });
  }
}
