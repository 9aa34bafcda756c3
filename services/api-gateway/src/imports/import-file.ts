import { AppError, type Problem, problemSchema, toAppError, toProblem } from '@chatbot/errors';
import { z } from 'zod';
import { type ChatClient, timeouts } from '../clients/clients.ts';
import { publishConversation, type UserEventPublisher } from '../events.ts';
import type { Caller } from '../turns/caller.ts';
import { createConversationSplitter, type SplitItem } from './split-conversations.ts';

export const importItemSchema = z
  .object({
    index: z.int().meta({ description: 'The place in the file, from 0' }),
    status: z.enum(['imported', 'unchanged', 'failed']),
    conversationId: z.uuid().optional(),
    title: z.string().optional(),
    source: z.string().optional(),
    problem: problemSchema.optional(),
  })
  .meta({ id: 'ImportItem' });

export const importSummarySchema = z
  .object({
    imported: z.int(),
    unchanged: z.int().meta({ description: 'Were imported before' }),
    failed: z.int(),
    bytes: z.int(),
  })
  .meta({ id: 'ImportSummary' });

export type ImportItem = Omit<z.infer<typeof importItemSchema>, 'problem'> & { problem?: Problem };
export type ImportSummary = z.infer<typeof importSummarySchema>;

const fileBytesMax = 512 * 1024 * 1024;
const itemCountMax = 20_000;
/** A request of gRPC holds 16 MiB. */
const limits = { itemBytesMax: 12 * 1024 * 1024, depthMax: 100 };

export type ImportFile = {
  caller: Caller;
  file: AsyncIterable<Buffer>;
  /** Told of every conversation, and of the sums so far. */
  onItem: (item: ImportItem, summary: ImportSummary) => void;
};

/**
 * Imports a file conversation by conversation, at the pace at which they are stored. Each is there as a whole or not at all, and a file that is
 * imported again adds nothing: when it was cut off, it is sent again. A conversation that fails does not keep the others. Throws
 * VALIDATION_FAILED for what is no export or ends too early, PAYLOAD_TOO_LARGE, or what says that storing does not work at all.
 */
export async function importFile(
  { chat, events }: { chat: ChatClient; events: UserEventPublisher },
  { caller, file, onItem }: ImportFile,
): Promise<ImportSummary> {
  const splitter = createConversationSplitter(limits);
  const summary: ImportSummary = { imported: 0, unchanged: 0, failed: 0, bytes: 0 };
  let index = 0;
  for await (const chunk of file) {
    summary.bytes += chunk.length;
    if (summary.bytes > fileBytesMax) throw tooLarge(`at most ${fileBytesMax / 1024 / 1024} MiB`);
    for (const item of splitter.push(chunk)) {
      if (index >= itemCountMax) throw tooLarge(`at most ${itemCountMax} conversations`);
      const result = await importItem(item);
      summary[result.status] += 1;
      onItem({ index, ...result }, summary);
      index += 1;
    }
  }
  splitter.end();
  return summary;

  async function importItem(item: SplitItem): Promise<Omit<ImportItem, 'index'>> {
    try {
      const { conversationId, title, source, added, conversation } = await chat.unary(
        'ImportConversation',
        { json: textOf(item) },
        { ...caller, timeoutMs: timeouts.importMs },
      );
      if (added) publishConversation(events, conversation);
      return { status: added ? 'imported' : 'unchanged', conversationId, title, source };
    } catch (thrown) {
      const error = toAppError(thrown);
      // A service that is away would fail all that follows as well.
      if (error.retryable) throw error;
      return { status: 'failed', problem: toProblem(error) };
    }
  }
}

function textOf(item: SplitItem): string {
  switch (item.kind) {
    case 'text':
      return item.text;
    case 'too-long':
      throw new AppError('PAYLOAD_TOO_LARGE', {
        detail: `The conversation is longer than ${limits.itemBytesMax / 1024 / 1024} MiB`,
      });
    case 'too-deep':
      throw new AppError('VALIDATION_FAILED', { detail: 'The conversation is nested too deeply' });
    default:
      return item satisfies never;
  }
}

function tooLarge(limit: string): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', { detail: `A file may hold ${limit}` });
}
