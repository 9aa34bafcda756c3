import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { folderSchema, toFolder } from '../../clients/resources/folder.ts';
import { withCurrent } from '../conflict.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const name = z.string().trim().min(1).max(100);

export const listFolders = defineRoute({
  method: 'get',
  path: '/folders',
  access: 'user',
  tag: 'folders',
  summary: 'The caller’s folders by name',
  responses: { 200: { description: 'All of them', schema: z.object({ items: z.array(folderSchema) }) } },
  async handle({ chat }, { caller }) {
    const { folders } = await chat.unary('ListFolders', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: { items: folders.map(toFolder) } };
  },
});

export const createFolder = defineRoute({
  method: 'post',
  path: '/folders',
  access: 'user',
  tag: 'folders',
  summary: 'Make a folder; there may be 200',
  body: z.object({ name }),
  responses: { 201: { description: 'The folder', schema: folderSchema } },
  async handle({ chat, events }, { caller, identity: { userId }, body }) {
    const { folder } = await chat.unary('CreateFolder', body, { ...caller, timeoutMs: timeouts.unaryMs });
    const created = toFolder(folder);
    events.publish([userId], 'folder:updated', created);
    return { status: 201, body: created };
  },
});

export const updateFolder = defineRoute({
  method: 'patch',
  path: '/folders/:id',
  access: 'user',
  tag: 'folders',
  summary: 'Rename a folder, if version is the current one',
  params,
  body: z.object({ version: z.int().positive(), name }),
  responses: { 200: { description: 'The folder after the change', schema: folderSchema } },
  async handle({ chat, events }, { caller, identity: { userId }, params: { id }, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const { folder } = await chat.unary('UpdateFolder', { ...body, folderId: id }, options).catch(
      withCurrent(async () => {
        const { folders } = await chat.unary('ListFolders', {}, options);
        return toFolder(folders.find((candidate) => candidate.id === id) ?? null);
      }),
    );
    const renamed = toFolder(folder);
    events.publish([userId], 'folder:updated', renamed);
    return { status: 200, body: renamed };
  },
});

export const deleteFolder = defineRoute({
  method: 'delete',
  path: '/folders/:id',
  access: 'user',
  tag: 'folders',
  summary: 'Delete a folder; the conversations in it stay',
  params,
  responses: { 204: { description: 'Deleted' } },
  async handle({ chat, events }, { caller, identity: { userId }, params: { id } }) {
    await chat.unary('DeleteFolder', { folderId: id }, { ...caller, timeoutMs: timeouts.unaryMs });
    events.publish([userId], 'folder:deleted', { id });
    return { status: 204 };
  },
});

export const listTags = defineRoute({
  method: 'get',
  path: '/tags',
  access: 'user',
  tag: 'folders',
  summary: 'The tags of the caller’s conversations by name',
  responses: {
    200: {
      description: 'All of them',
      schema: z.object({ items: z.array(z.object({ name: z.string(), conversationCount: z.int() })) }),
    },
  },
  async handle({ chat }, { caller }) {
    const { tags } = await chat.unary('ListTags', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: { items: tags } };
  },
});
