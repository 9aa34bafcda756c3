import { splitIntoTokens } from '../../tokens.ts';
import type { ChatMessage, ChatModel } from '../model.ts';
import { answer } from './answer.ts';
import { makeTitle } from './title.ts';

const NOTICE =
  '_This is the built-in demo, not a language model: it follows a handful of fixed rules. ' +
  'For a real one, install Ollama from <https://ollama.com>, run `ollama pull llama3.2`, and restart `npm start`._';

export interface DemoOptions {
  readonly ratePerSecond: number;
}

/** Makes the model that `npm start` falls back to when no Ollama answers. */
export function createDemoModel(name: string, options: DemoOptions): ChatModel {
  return {
    kind: 'chat',
    name,
    family: 'demo',
    parameterSize: '',
    contextLength: 8192,
    capabilities: ['completion'],
    sizeBytes: 0,
    loadDelayMs: 0,
    reply: (messages) => ({
      tokens: splitIntoTokens(replyTo(messages)),
      ratePerSecond: options.ratePerSecond,
      firstTokenDelayMs: 0,
      gateAfterTokens: Number.POSITIVE_INFINITY,
    }),
  };
}

/**
 * Returns the demo's whole reply. It depends on the messages alone, except that the answer to a question for the time
 * ends with it.
 */
export function replyTo(messages: readonly ChatMessage[]): string {
  const systemText = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  if (systemText.some((content) => /\btitle\b/i.test(content))) {
    return makeTitle(messages);
  }
  const isFirst = !messages.some(({ role }) => role === 'assistant');
  const text = answer(messages);
  return isFirst ? `${NOTICE}\n\n${text}` : text;
}
