import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition, type Options, type PackageDefinition } from '@grpc/proto-loader';
import type { AiServiceDefinition } from './generated/chatbot/ai/v1/AiService.ts';
import type { ChatServiceDefinition } from './generated/chatbot/chat/v1/ChatService.ts';
import type { UserServiceDefinition } from './generated/chatbot/user/v1/UserService.ts';
import type { BadRequest, BadRequest__Output } from './generated/google/rpc/BadRequest.ts';
import type { ErrorInfo, ErrorInfo__Output } from './generated/google/rpc/ErrorInfo.ts';
import type { RetryInfo, RetryInfo__Output } from './generated/google/rpc/RetryInfo.ts';
import type { Status, Status__Output } from './generated/google/rpc/Status.ts';

export type { AiServiceDefinition, ChatServiceDefinition, UserServiceDefinition };

/**
 * How messages look in TypeScript: camelCase fields, 64-bit integers as numbers (all of ours stay below 2^53),
 * enums by name, every field present. scripts/generate.ts makes the types with the same options.
 */
const loaderOptions: Options = {
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  oneofs: true,
  includeDirs: [fileURLToPath(new URL('..', import.meta.url))],
};

/** The loaded .proto files, also for gRPC reflection. */
export const packageDefinition: PackageDefinition = loadSync(
  [
    'chatbot/user/v1/user_service.proto',
    'chatbot/chat/v1/chat_service.proto',
    'chatbot/ai/v1/ai_service.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
  ],
  loaderOptions,
);

export const userServiceDefinition = service<UserServiceDefinition>('chatbot.user.v1.UserService');
export const chatServiceDefinition = service<ChatServiceDefinition>('chatbot.chat.v1.ChatService');
export const aiServiceDefinition = service<AiServiceDefinition>('chatbot.ai.v1.AiService');

/** Codecs of the messages of the rich error model. */
export const errorMessages = {
  status: message<Status, Status__Output>('google.rpc.Status'),
  errorInfo: message<ErrorInfo, ErrorInfo__Output>('google.rpc.ErrorInfo'),
  badRequest: message<BadRequest, BadRequest__Output>('google.rpc.BadRequest'),
  retryInfo: message<RetryInfo, RetryInfo__Output>('google.rpc.RetryInfo'),
};

// The casts below are the seam between what was loaded by name and the types generated from the same files.

function service<Definition extends ServiceDefinition>(name: string): Definition {
  const definition = packageDefinition[name];
  if (definition === undefined || 'format' in definition) throw new Error(`${name} is not a service`);
  return definition as unknown as Definition;
}

function message<Input extends object, Output extends object>(name: string): MessageTypeDefinition<Input, Output> {
  const definition = packageDefinition[name];
  if (definition === undefined || !('format' in definition)) throw new Error(`${name} is not a message`);
  return definition as unknown as MessageTypeDefinition<Input, Output>;
}
