import type { RpcStream } from '@chatbot/service-kit';
import type { Response } from 'express';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { type ImportItem, importFile, importItemSchema, importSummarySchema } from '../../imports/import-file.ts';
import { answerWithLines, wantsLines } from '../lines.ts';
import { defineRoute } from '../route.ts';

const formatSchema = z.enum(['json', 'markdown', 'html']);

const documents = {
  json: { type: 'application/json; charset=utf-8', extension: 'json' },
  markdown: { type: 'text/markdown; charset=utf-8', extension: 'md' },
  html: { type: 'text/html; charset=utf-8', extension: 'html' },
} as const;

export const exportConversation = defineRoute({
  method: 'get',
  path: '/conversations/:id/export',
  access: 'user',
  tag: 'archive',
  summary: 'One conversation as a file: its whole tree as JSON, its active branch as Markdown or a printable page',
  params: z.object({ id: z.uuid() }),
  query: z.object({ format: formatSchema.default('json') }),
  openEnded: true,
  responses: { 200: { description: 'The file' } },
  async handle({ chat }, { caller, params: { id }, query: { format }, response }) {
    const request = { conversationId: id, format };
    const pieces = chat.serverStream('ExportConversation', request, { ...caller, timeoutMs: timeouts.exportMs });
    await sendFile(response, { pieces, name: `conversation-${id}`, format });
    return undefined;
  },
});

export const exportConversations = defineRoute({
  method: 'get',
  path: '/conversations/export',
  access: 'user',
  tag: 'archive',
  summary: 'All conversations of one’s own as a JSON file; the trash is left out',
  openEnded: true,
  responses: { 200: { description: 'The file' } },
  async handle({ chat }, { caller, response }) {
    const pieces = chat.serverStream('ExportConversations', {}, { ...caller, timeoutMs: timeouts.exportMs });
    await sendFile(response, { pieces, name: 'conversations', format: 'json' });
    return undefined;
  },
});

type File = { pieces: RpcStream<{ text: string }>; name: string; format: z.infer<typeof formatSchema> };

/** Sends a file piece by piece, at the pace at which it is read. Throws before the first byte what the first piece throws. */
async function sendFile(response: Response, { pieces, name, format }: File): Promise<void> {
  const { type, extension } = documents[format];
  response.once('close', () => pieces.cancel());
  for await (const { text } of pieces) {
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': type,
        'content-disposition': `attachment; filename="${name}.${extension}"`,
        'cache-control': 'no-store',
        // Should a browser show it all the same, it is a page of no origin that loads and runs nothing.
        'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      });
    }
    if (!response.write(text)) await drained(response);
  }
  response.end();
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

export const importConversations = defineRoute({
  method: 'post',
  path: '/conversations/import',
  access: 'user',
  rawBody: true,
  tag: 'archive',
  summary:
    'Import an export file of this system, ChatGPT, Claude or Open WebUI; with Accept: application/x-ndjson a line for each conversation as it is stored, and one with the sums',
  responses: {
    200: {
      description: 'What became of each conversation; sending the same file again adds nothing',
      schema: importSummarySchema.extend({ items: z.array(importItemSchema) }),
    },
  },
  async handle(deps, { caller, identity, request, response }) {
    using _running = deps.imports.enter(identity.userId);
    if (wantsLines(request)) {
      await answerWithLines({ response, requestId: caller.context.requestId }, (line) =>
        importFile(deps, {
          caller,
          file: request,
          onItem: (item, sums) => line({ type: 'item', ...item, bytes: sums.bytes }),
        }),
      );
      return undefined;
    }
    const items: ImportItem[] = [];
    const summary = await importFile(deps, { caller, file: request, onItem: (item) => void items.push(item) });
    return { status: 200, body: { ...summary, items } };
  },
});
