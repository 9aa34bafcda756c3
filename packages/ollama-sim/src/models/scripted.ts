import { numberedTokens, splitIntoCodePoints, splitIntoTokens } from '../tokens.ts';
import type { ChatMessage, ChatModel, Fault, ReplyPlan, ScriptedModelConfig } from './model.ts';

const TOKENS_DEFAULT = 100;

/** Makes a model that replies as its script says. */
export function createScriptedModel(name: string, script: ScriptedModelConfig): ChatModel {
  let faultsLeft = script.fault?.times ?? Number.POSITIVE_INFINITY;
  const takeFault = (): Fault | undefined => {
    faultsLeft -= 1;
    return faultsLeft >= 0 ? script.fault : undefined;
  };
  return {
    kind: 'chat',
    name,
    family: script.family ?? 'scripted',
    parameterSize: script.parameterSize ?? '',
    contextLength: script.contextLength ?? 8192,
    capabilities: script.capabilities ?? ['completion'],
    sizeBytes: script.sizeBytes ?? 0,
    loadDelayMs: script.loadDelayMs ?? 0,
    reply: (messages) => {
      const fault = takeFault();
      const plan: ReplyPlan = {
        tokens: makeTokens(script, messages),
        ratePerSecond: script.ratePerSecond ?? 0,
        firstTokenDelayMs: script.firstTokenDelayMs ?? 0,
        gateAfterTokens: script.gateAfterTokens ?? Number.POSITIVE_INFINITY,
      };
      return fault === undefined ? plan : { ...plan, fault };
    },
  };
}

function makeTokens(script: ScriptedModelConfig, messages: readonly ChatMessage[]): Iterable<string> {
  const text = script.reply?.(messages) ?? script.text;
  if (text === undefined) {
    return numberedTokens(script.tokens ?? TOKENS_DEFAULT);
  }
  return script.codePointsPerToken === undefined
    ? splitIntoTokens(text.toWellFormed())
    : splitIntoCodePoints(text.toWellFormed(), script.codePointsPerToken);
}
