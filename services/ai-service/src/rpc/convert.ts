import type { GenerateResponse } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import type { Model } from '@chatbot/proto/chatbot/ai/v1/Model';
import type { Persona as PersonaMessage } from '@chatbot/proto/chatbot/ai/v1/Persona';
import type { ReplyEvent } from '../generate.ts';
import type { ChatModel } from '../ollama/installed-models.ts';
import type { Persona } from '../personas.ts';

export function toGenerateResponse(event: ReplyEvent): GenerateResponse {
  switch (event.type) {
    case 'status': {
      const { model, droppedMessageCount } = event;
      const state = event.state === 'loading' ? 'STATE_LOADING' : 'STATE_GENERATING';
      return { status: { state, position: 0, model, droppedMessageCount } };
    }
    case 'delta':
      return { delta: { text: event.text } };
    case 'finished': {
      const { model, end, timings } = event;
      const { promptTokens, completionTokens, loadMs } = end;
      return {
        finished: {
          reason: end.reason === 'length' ? 'REASON_LENGTH' : 'REASON_STOP',
          usage: { promptTokens, completionTokens },
          timings: { queuedMs: 0, loadMs, ...timings },
          model,
        },
      };
    }
    default:
      return event satisfies never;
  }
}

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
