import { unary } from '@chatbot/service-kit';
import { checkpointGeneration } from '../app/checkpoint-generation.ts';
import { completeGeneration } from '../app/complete-generation.ts';
import { getGeneration } from '../app/get-generation.ts';
import { getGenerationTask } from '../app/get-generation-task.ts';
import { listUnfinishedGenerations } from '../app/list-unfinished-generations.ts';
import { toWireConversation, toWireGeneration, toWireMessage, toWireTask } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import {
  checkpointGenerationRequest,
  completeGenerationRequest,
  generationRequest,
  listUnfinishedGenerationsRequest,
} from './schemas.ts';

/** The rpcs on the records of generations. */
export function generationRpcs(deps: ChatDeps) {
  return {
    GetGeneration: unary({
      access: 'user',
      input: generationRequest,
      handle: async (input, { identity }) => {
        const { writable, ...generation } = await getGeneration(deps, { ...input, userId: identity.userId });
        return { generation: toWireGeneration(generation), writable };
      },
    }),

    GetGenerationTask: unary({
      access: 'service',
      input: generationRequest,
      handle: async ({ generationId }) => ({ task: toWireTask(await getGenerationTask(deps, generationId)) }),
    }),

    CheckpointGeneration: unary({
      access: 'service',
      input: checkpointGenerationRequest,
      handle: async (input) => {
        await checkpointGeneration(deps, input);
        return {};
      },
    }),

    CompleteGeneration: unary({
      access: 'service',
      input: completeGenerationRequest,
      handle: async (input) => {
        const { generation, conversation, message } = await completeGeneration(deps, input);
        return {
          generation: toWireGeneration({ generation, content: message.content }),
          conversation: toWireConversation(conversation, conversation.userId),
          message: toWireMessage(message),
        };
      },
    }),

    ListUnfinishedGenerations: unary({
      access: 'service',
      routine: true,
      input: listUnfinishedGenerationsRequest,
      handle: async ({ createdBefore, limit }) => {
        const ids = await listUnfinishedGenerations(deps, { createdBeforeMs: createdBefore, limit });
        return { generationIds: [...ids] };
      },
    }),
  };
}
