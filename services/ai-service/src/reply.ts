import type { ChatMessage } from './context-window.ts';
import type { ReplyEnd } from './ollama/chat-chunk.ts';
import type { Parameters, PersonaId } from './personas.ts';

export type GenerateInput = {
  readonly generationId: string;
  /** Empty takes the default. */
  readonly model: string;
  readonly persona: PersonaId;
  /** Answers instead of the persona. */
  readonly customPersona?: { readonly prompt: string; readonly parameters: Parameters } | undefined;
  /** Override the persona's. */
  readonly parameters: Parameters;
  /** The branch, root first; a last message of the assistant is continued. */
  readonly messages: readonly ChatMessage[];
  /** Whether the names of people stand before their messages. */
  readonly severalAuthors: boolean;
  /** Calls of one key take turns with those of others as one; empty when this one stands for itself. */
  readonly fairnessKey: string;
};

export type ReplyEvent =
  | {
      readonly type: 'status';
      readonly state: 'queued' | 'loading' | 'generating';
      /** From 1; 0 when not queued. */
      readonly position: number;
      readonly model: string;
      readonly droppedMessageCount: number;
    }
  | { readonly type: 'delta'; readonly text: string }
  | {
      readonly type: 'finished';
      readonly model: string;
      /** `stopped`: by the caller; `failed`: the call fails next. */
      readonly reason: ReplyEnd['reason'] | 'stopped' | 'failed';
      readonly usage: ReplyUsage;
      readonly timings: ReplyTimings;
    };

type ReplyUsage = { readonly promptTokens: number; readonly completionTokens: number };

/** Milliseconds. */
type ReplyTimings = {
  readonly queuedMs: number;
  readonly loadMs: number;
  /** From the request that brought the first text, as is totalMs. */
  readonly firstTokenMs: number;
  readonly totalMs: number;
};

/** A reply as it grows, over all the requests that it takes. */
export type Reply = {
  readonly input: GenerateInput;
  /** What the caller has been given, exactly. */
  text: string;
  /** How many pieces came from servers that failed before the end; their only count of tokens. */
  chunkCountBefore: number;
  queuedMs: number;
  /** When the request was sent that brought the first text, and when that came, on the clock of performance.now(). */
  begun: { readonly requestedAtMs: number; readonly firstTextAtMs: number } | undefined;
};

export function startReply(input: GenerateInput): Reply {
  return { input, text: '', chunkCountBefore: 0, queuedMs: 0, begun: undefined };
}

/** The branch with what the reply has so far, as a message to be continued. */
export function messagesSoFar({ input: { messages }, text }: Reply): readonly ChatMessage[] {
  if (text === '') return messages;
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [...messages, { role: 'assistant', content: text }];
  return [...messages.slice(0, -1), { role: 'assistant', content: last.content + text }];
}

/**
 * What the whole reply took. The context of a request that continues holds the text so far, which is no prompt: it counts once, as
 * part of the reply.
 */
export function usageOf({ chunkCountBefore }: Reply, { promptTokens, completionTokens }: ReplyEnd): ReplyUsage {
  return {
    promptTokens: Math.max(0, promptTokens - chunkCountBefore),
    completionTokens: completionTokens + chunkCountBefore,
  };
}
