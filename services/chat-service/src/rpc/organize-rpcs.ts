import type { Folder as WireFolder } from '@chatbot/proto/chatbot/chat/v1/Folder';
import { toTimestamp, unary } from '@chatbot/service-kit';
import { changeConversations } from '../app/change-conversations.ts';
import { createFolder } from '../app/create-folder.ts';
import { deleteFolder } from '../app/delete-folder.ts';
import { updateFolder } from '../app/update-folder.ts';
import type { Folder } from '../domain/folder.ts';
import { toWireChangedConversation } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import {
  changeConversationsRequest,
  createFolderRequest,
  emptyRequest,
  folderRequest,
  updateFolderRequest,
} from './schemas.ts';

/** The rpcs with which people put their conversations in order. */
export function organizeRpcs(deps: ChatDeps) {
  return {
    ChangeConversations: unary({
      access: 'user',
      input: changeConversationsRequest,
      handle: async (input, { identity: { userId } }) => {
        const { conversations, generationIds } = await changeConversations(deps, { ...input, userId });
        const changes = input.change.kind === 'arrange' ? input.change.changes : {};
        return {
          conversations: conversations.map((changed) =>
            toWireChangedConversation(changed, { viewerId: userId, changes }),
          ),
          generationIds: [...generationIds],
        };
      },
    }),

    ListFolders: unary({
      access: 'user',
      input: emptyRequest,
      handle: async (_input, { identity }) => {
        const folders = await deps.folders.list(identity.userId);
        return { folders: folders.map(toWireFolder) };
      },
    }),

    CreateFolder: unary({
      access: 'user',
      input: createFolderRequest,
      handle: async (input, { identity }) => {
        return { folder: toWireFolder(await createFolder(deps, { ...input, userId: identity.userId })) };
      },
    }),

    UpdateFolder: unary({
      access: 'user',
      input: updateFolderRequest,
      handle: async (input, { identity }) => {
        return { folder: toWireFolder(await updateFolder(deps, { ...input, userId: identity.userId })) };
      },
    }),

    DeleteFolder: unary({
      access: 'user',
      input: folderRequest,
      handle: async (input, { identity }) => {
        await deleteFolder(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),

    ListTags: unary({
      access: 'user',
      input: emptyRequest,
      handle: async (_input, { identity }) => ({ tags: [...(await deps.folders.listTags(identity.userId))] }),
    }),
  };
}

function toWireFolder({ id, name, version, createdAt, updatedAt }: Folder): WireFolder {
  return { id, name, version, createdAt: toTimestamp(createdAt), updatedAt: toTimestamp(updatedAt) };
}
