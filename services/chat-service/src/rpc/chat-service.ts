import type { ChatServiceDefinition } from '@chatbot/proto';
import type { RpcHandlers } from '@chatbot/service-kit';
import { activityRpcs } from './activity-rpcs.ts';
import { archiveRpcs } from './archive-rpcs.ts';
import { conversationRpcs } from './conversation-rpcs.ts';
import type { ChatDeps } from './deps.ts';
import { generationRpcs } from './generation-rpcs.ts';
import { liveStateRpcs } from './live-state-rpcs.ts';
import { memberRpcs } from './member-rpcs.ts';
import { organizeRpcs } from './organize-rpcs.ts';
import { personaRpcs } from './persona-rpcs.ts';
import { searchRpcs } from './search-rpcs.ts';
import { trashRpcs } from './trash-rpcs.ts';
import { turnRpcs } from './turn-rpcs.ts';

/** chatbot.chat.v1.ChatService, rpc by rpc. The contract of each is its comment in chat_service.proto. */
export function chatServiceHandlers(deps: ChatDeps): RpcHandlers<ChatServiceDefinition> {
  const conversations = conversationRpcs(deps);
  const turns = turnRpcs(deps);
  const generations = generationRpcs(deps);
  const activity = activityRpcs(deps);
  const members = memberRpcs(deps);
  const liveState = liveStateRpcs(deps);
  const archive = archiveRpcs(deps);
  const search = searchRpcs(deps);
  const organize = organizeRpcs(deps);
  const personas = personaRpcs(deps);
  const trash = trashRpcs(deps);
  return {
    // For a user.
    CreateConversation: conversations.CreateConversation,
    GetConversation: conversations.GetConversation,
    ListConversations: conversations.ListConversations,
    UpdateConversation: conversations.UpdateConversation,
    DeleteConversation: conversations.DeleteConversation,
    ListMessages: conversations.ListMessages,
    PostMessage: turns.PostMessage,
    EditMessage: turns.EditMessage,
    RegenerateReply: turns.RegenerateReply,
    ContinueReply: turns.ContinueReply,
    GetGeneration: generations.GetGeneration,
    SetTyping: activity.SetTyping,
    GetConversationActivity: activity.GetConversationActivity,
    ListMembers: members.ListMembers,
    SetMember: members.SetMember,
    RemoveMember: members.RemoveMember,
    CreateInvite: members.CreateInvite,
    ListInvites: members.ListInvites,
    RevokeInvite: members.RevokeInvite,
    AcceptInvite: members.AcceptInvite,
    SetReadMark: liveState.SetReadMark,
    SetDraft: liveState.SetDraft,
    ListChanges: liveState.ListChanges,
    CreateShare: archive.CreateShare,
    ListShares: archive.ListShares,
    RevokeShare: archive.RevokeShare,
    CopyShared: archive.CopyShared,
    ExportConversation: archive.ExportConversation,
    ExportConversations: archive.ExportConversations,
    ImportConversation: archive.ImportConversation,
    SearchMessages: search.SearchMessages,
    RestoreConversation: trash.RestoreConversation,
    PurgeConversation: trash.PurgeConversation,
    ChangeConversations: organize.ChangeConversations,
    ListFolders: organize.ListFolders,
    CreateFolder: organize.CreateFolder,
    UpdateFolder: organize.UpdateFolder,
    DeleteFolder: organize.DeleteFolder,
    ListTags: organize.ListTags,
    SetFeedback: conversations.SetFeedback,
    ListPersonas: personas.ListPersonas,
    CreatePersona: personas.CreatePersona,
    UpdatePersona: personas.UpdatePersona,
    DeletePersona: personas.DeletePersona,

    // For api-gateway.
    GetShared: archive.GetShared,
    GetGenerationTask: generations.GetGenerationTask,
    CheckpointGeneration: generations.CheckpointGeneration,
    CompleteGeneration: generations.CompleteGeneration,
    ListUnfinishedGenerations: generations.ListUnfinishedGenerations,
    SetGeneratedTitle: conversations.SetGeneratedTitle,
  };
}
