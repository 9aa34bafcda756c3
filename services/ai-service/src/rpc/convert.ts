import type { GenerateResponse } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import type { Model } from '@chatbot/proto/chatbot/ai/v1/Model';
import type { Persona as PersonaMessage } from '@chatbot/proto/chatbot/ai/v1/Persona';
import type { PullModelResponse } from '@chatbot/proto/chatbot/ai/v1/PullModelResponse';
import type { ChatModel } from '../ollama/installed-models.ts';
import type { Persona } from '../personas.ts';
import type { PullEvent } from '../pull-model.ts';
import type { ReplyEvent } from '../reply.ts';

export function toGenerateResponse(event: ReplyEvent): GenerateResponse {
  switch (event.type) {
    case 'status': {
      const { model, position, droppedMessageCount } = event;
      return { status: { state: states[event.state], position, model, droppedMessageCount } };
    }
    case 'delta':
      return { delta: { text: event.text } };
    case 'finished': {
      const { model, usage, timings } = event;
      return { finished: { reason: reasons[event.reason], usage, timings, model } };
    }
    default:
      return event satisfies never;
  }
}

const states = { queued: 'STATE_QUEUED', loading: 'STATE_LOADING', generating: 'STATE_GENERATING' } as const;

const reasons = {
  stop: 'REASON_STOP',
  length: 'REASON_LENGTH',
  stopped: 'REASON_STOPPED',
  failed: 'REASON_FAILED',
} as const;

export function toModel(model: ChatModel & { readonly isDefault: boolean }): Model {
  const { name, family, parameterSize, contextLength, sizeBytes, isDefault } = model;
  return { name, family, parameterSize, contextLength, sizeBytes, isDefault, isDemo: family === demoFamily };
}

/** What packages/ollama-sim calls the family of its demo model. */
const demoFamily = 'demo';

/** The instructions stay here: they are no part of the contract. */
export function toPersona({ id, name, description, parameters }: Persona): PersonaMessage {
  return { id, name, description, parameters };
}

export function toPullModelResponse({ state, ...progress }: PullEvent): PullModelResponse {
  return { state: pullStates[state], ...progress };
}

const pullStates = {
  preparing: 'STATE_PREPARING',
  downloading: 'STATE_DOWNLOADING',
  verifying: 'STATE_VERIFYING',
  finishing: 'STATE_FINISHING',
} as const;
