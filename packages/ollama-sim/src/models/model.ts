/** One turn of a conversation, as Ollama's /api/chat takes it; content is well-formed Unicode. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export type Capability = 'completion' | 'embedding' | 'tools' | 'thinking' | 'vision';

/** How a reply goes wrong. `times` limits it to the first so many requests to the model; every one unless told. */
export type Fault =
  | {
      /**
       * reset: the connection is reset; close: the response ends properly but without its done line; error: an error
       * line ends it; hang: nothing more comes, and the connection stays open.
       */
      readonly kind: 'reset' | 'close' | 'error' | 'hang';
      /** Tokens of this response that are sent before it strikes. */
      readonly afterTokens: number;
      readonly times?: number;
    }
  | {
      /** status: an HTTP error instead of the first token. */
      readonly kind: 'status';
      readonly status: number;
      readonly times?: number;
    };

/** What the client of /api/show and /api/tags learns about a model. */
export interface ModelFacts {
  readonly family?: string;
  /** For display, such as "3.2B". */
  readonly parameterSize?: string;
  /** The window in tokens; 8192 unless told. */
  readonly contextLength?: number;
  readonly capabilities?: readonly Capability[];
  readonly sizeBytes?: number;
}

/** The built-in demo conversation. */
export interface DemoModelConfig {
  readonly kind: 'demo';
  readonly ratePerSecond?: number;
}

/** A model that only embeds. */
export interface EmbeddingModelConfig {
  readonly kind: 'embedding';
}

/** A model that does as it is told. Of `reply`, `text` and `tokens` the first given makes the text. */
export interface ScriptedModelConfig extends ModelFacts {
  readonly kind: 'scripted';
  /** Makes the reply to the messages before a trailing assistant message; the same messages must give the same text. */
  readonly reply?: (messages: readonly ChatMessage[]) => string;
  /** The exact reply. */
  readonly text?: string;
  /** Length of a reply of numbered tokens, "0 1 2 …", in which a gap, a double or a swap shows; 100 unless told. */
  readonly tokens?: number;
  /** Cuts `reply` and `text` into tokens of so many code points; words unless told. */
  readonly codePointsPerToken?: number;
  /** Tokens a second; 0, the default, is flat out. */
  readonly ratePerSecond?: number;
  /** Time between the loaded model and the first token. */
  readonly firstTokenDelayMs?: number;
  /** Time to load the model, for requests that find it unloaded. */
  readonly loadDelayMs?: number;
  /** Sends so many tokens, then waits for a release. */
  readonly gateAfterTokens?: number;
  readonly fault?: Fault;
}

export type ModelConfig = DemoModelConfig | EmbeddingModelConfig | ScriptedModelConfig;

/** One reply, before continuation, stop texts and token limits are applied to it. */
export interface ReplyPlan {
  /** The whole reply; may be iterated more than once. */
  readonly tokens: Iterable<string>;
  readonly ratePerSecond: number;
  readonly firstTokenDelayMs: number;
  /** Infinity when the reply never waits. */
  readonly gateAfterTokens: number;
  readonly fault?: Fault;
}

interface ModelCard {
  /** With its tag. */
  readonly name: string;
  readonly family: string;
  readonly parameterSize: string;
  readonly contextLength: number;
  readonly capabilities: readonly Capability[];
  readonly sizeBytes: number;
  readonly loadDelayMs: number;
}

export interface ChatModel extends ModelCard {
  readonly kind: 'chat';
  /** Plans the reply to messages whose last one is not the assistant's. */
  readonly reply: (messages: readonly ChatMessage[]) => ReplyPlan;
}

export interface EmbeddingModel extends ModelCard {
  readonly kind: 'embedding';
  /** Returns a unit vector. */
  readonly embed: (text: string) => number[];
}

export type SimModel = ChatModel | EmbeddingModel;
