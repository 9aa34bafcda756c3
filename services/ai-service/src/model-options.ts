import type { Options } from 'ollama';
import type { ChatModel } from './ollama/installed-models.ts';
import type { Parameters } from './personas.ts';

/** How much of the model's window is used, in tokens. */
export function windowTokensOf(model: ChatModel, contextTokensMax: number): number {
  return model.contextLength === 0 ? contextTokensMax : Math.min(model.contextLength, contextTokensMax);
}

/**
 * The options of a chat request, named as Ollama's Modelfile reference does. num_ctx is the same for every request to a model,
 * because Ollama loads a model anew when it changes.
 */
export function toModelOptions(parameters: Parameters, windowTokens: number): Partial<Options> {
  const { temperature, topP, maxTokens, seed, stop } = parameters;
  return {
    num_ctx: windowTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { num_predict: maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
  };
}
