import {
  type AiServiceDefinition,
  aiServiceDefinition,
  type ChatServiceDefinition,
  chatServiceDefinition,
  type UserServiceDefinition,
  userServiceDefinition,
} from '@chatbot/proto';
import { createRpcClient, type RpcClient, type RpcMetrics } from '@chatbot/service-kit';

export type UserClient = RpcClient<UserServiceDefinition>;
export type ChatClient = RpcClient<ChatServiceDefinition>;
export type AiClient = RpcClient<AiServiceDefinition>;

export type Clients = { readonly user: UserClient; readonly chat: ChatClient; readonly ai: AiClient };

/** How long the gateway waits for a service, in milliseconds. A reply may take long; everything else may not. */
export const timeouts = {
  unaryMs: 5_000,
  /** Hashing a password waits its turn. */
  credentialsMs: 10_000,
  titleMs: 30_000,
  generationMs: 30 * 60_000,
  healthMs: 1_500,
} as const;

export function createClients(addresses: { user: string; chat: string; ai: string }, metrics: RpcMetrics): Clients {
  return {
    user: createRpcClient({ definition: userServiceDefinition, address: addresses.user, metrics }),
    chat: createRpcClient({ definition: chatServiceDefinition, address: addresses.chat, metrics }),
    ai: createRpcClient({ definition: aiServiceDefinition, address: addresses.ai, metrics }),
  };
}
