import {
  type AiServiceDefinition,
  aiServiceDefinition,
  type ChatServiceDefinition,
  chatServiceDefinition,
  type UserServiceDefinition,
  userServiceDefinition,
} from '@chatbot/proto';
import { createRpcClient, type RpcClient, type RpcMetrics, type Tls, type Tracing } from '@chatbot/service-kit';

export type UserClient = RpcClient<UserServiceDefinition>;
export type ChatClient = RpcClient<ChatServiceDefinition>;
export type AiClient = RpcClient<AiServiceDefinition>;

export type Clients = { readonly user: UserClient; readonly chat: ChatClient; readonly ai: AiClient };

/** How long the gateway waits for a service, in milliseconds. A reply may take long; everything else may not. */
export const timeouts = {
  unaryMs: 5_000,
  /** Hashing a password waits its turn; user-service refuses who would wait longer than this, so that nobody is left without an answer. */
  credentialsMs: 15_000,
  titleMs: 30_000,
  exportMs: 10 * 60_000,
  /** A conversation of thousands of messages is stored by one statement. */
  importMs: 15_000,
  /** Large models over slow lines; progress and cancelling are what people have in hand. */
  pullMs: 24 * 60 * 60_000,
  generationMs: 30 * 60_000,
  healthMs: 1_500,
} as const;

/**
 * What may be asked again when an answer was lost: reading, and what the other side does once however often it is asked. Left out: what makes
 * something new each time (Register, Login, CreateConversation), and what carries a version (a repeat would be a conflict with itself).
 */
const idempotent = {
  user: [
    'FindUserByEmail',
    'GetActivity',
    'GetActivityTotals',
    'GetUser',
    'ListProfiles',
    'ListSigningKeys',
    'Logout',
    'RefreshSession',
  ],
  chat: [
    'GetConversation',
    'ListConversations',
    'DeleteConversation',
    'ListMessages',
    'PostMessage',
    'EditMessage',
    'RegenerateReply',
    'ContinueReply',
    'GetGeneration',
    'SetTyping',
    'GetConversationActivity',
    'ListMembers',
    'SetMember',
    'RemoveMember',
    'ListInvites',
    'RevokeInvite',
    'AcceptInvite',
    'SetReadMark',
    'ListChanges',
    'ListShares',
    'RevokeShare',
    'GetShared',
    'ImportConversation',
    'GetGenerationTask',
    'CheckpointGeneration',
    'CompleteGeneration',
    'ListUnfinishedGenerations',
    'SetGeneratedTitle',
  ],
  ai: ['GetLoad', 'ListModels', 'ListPersonas'],
} as const;

export function createClients(options: {
  addresses: { user: string; chat: string; ai: string };
  tls: Tls | undefined;
  metrics: RpcMetrics;
  tracing: Tracing;
}): Clients {
  const { addresses, ...common } = options;
  return {
    user: createRpcClient({
      ...common,
      definition: userServiceDefinition,
      address: addresses.user,
      peer: 'user-service',
      idempotent: idempotent.user,
    }),
    chat: createRpcClient({
      ...common,
      definition: chatServiceDefinition,
      address: addresses.chat,
      peer: 'chat-service',
      idempotent: idempotent.chat,
    }),
    ai: createRpcClient({
      ...common,
      definition: aiServiceDefinition,
      address: addresses.ai,
      peer: 'ai-service',
      idempotent: idempotent.ai,
    }),
  };
}
