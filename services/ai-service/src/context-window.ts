import { charactersPerTokenMax, estimateTokens, messageOverheadTokens } from './token-estimate.ts';

export type ChatMessage = { readonly role: 'user' | 'assistant' | 'system'; readonly content: string };

export type FitInput = {
  /** The persona's instructions; always kept whole. */
  systemPrompt: string;
  /** The branch, root first. */
  messages: readonly ChatMessage[];
  /** The model's window. */
  windowTokens: number;
  /** How long the reply may become; at most half of the window is kept free for it. */
  replyTokensMax: number;
};

export type FittedContext = {
  /** What is sent: the system prompt, then the newest messages in their order. */
  readonly messages: readonly ChatMessage[];
  /** How many of the branch were left out, the oldest ones. */
  readonly droppedMessageCount: number;
};

/**
 * Fits a branch into a model's window by leaving out the oldest messages, each as a whole. The last message of the user and what
 * follows it (a reply that is to be continued) always stay; when they alone do not fit, their middle is cut out.
 */
export function fitContext({ systemPrompt, messages, windowTokens, replyTokensMax }: FitInput): FittedContext {
  const system: ChatMessage = { role: 'system', content: systemPrompt };
  const budget = Math.floor(windowTokens - replyReserve({ windowTokens, replyTokensMax }) - tokensOf(system));
  const keptFrom = indexOfLastTurn(messages);
  const turn = shrinkTurn(messages.slice(keptFrom), budget);

  let left = budget - sum(turn);
  let start = keptFrom;
  for (let index = keptFrom - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined) break;
    left -= tokensOf(message);
    if (left < 0) break;
    start = index;
  }
  return { messages: [system, ...messages.slice(start, keptFrom), ...turn], droppedMessageCount: start };
}

/** How many tokens of the window are kept free for the reply. */
export function replyReserve(input: { windowTokens: number; replyTokensMax: number }): number {
  return Math.min(input.replyTokensMax, Math.floor(input.windowTokens / 2));
}

/** The estimate for one message with what a template puts around it. */
export function tokensOf(message: ChatMessage): number {
  return estimateTokens(message.content) + messageOverheadTokens;
}

/** The last message of the user; without one, the last message. */
function indexOfLastTurn(messages: readonly ChatMessage[]): number {
  const index = messages.findLastIndex(({ role }) => role === 'user');
  return index === -1 ? Math.max(0, messages.length - 1) : index;
}

/** The last message is cut last: when it is a reply that was begun, the model has to see how it goes on. */
function shrinkTurn(turn: readonly ChatMessage[], budget: number): readonly ChatMessage[] {
  const shrunk = [...turn];
  for (const [index, message] of turn.entries()) {
    const excess = sum(shrunk) - budget;
    if (excess <= 0) break;
    const tokensMax = Math.max(turnTokensMin, estimateTokens(message.content) - excess);
    shrunk[index] = { ...message, content: cutMiddle(message.content, tokensMax) };
  }
  return shrunk;
}

/** No message is cut to less. */
const turnTokensMin = 64;

const gap = '\n[…]\n';

/** Keeps as much of the beginning and the end as fits. */
function cutMiddle(text: string, tokensMax: number): string {
  if (estimateTokens(text) <= tokensMax) return text;
  let low = 0;
  let high = Math.min(Math.floor(text.length / 2), tokensMax * charactersPerTokenMax);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimateTokens(ends(text, middle)) <= tokensMax) low = middle;
    else high = middle - 1;
  }
  return ends(text, low);
}

/** Both ends of a text, `length` characters each, with no surrogate pair torn apart. */
function ends(text: string, length: number): string {
  const head = text.slice(0, length);
  const tail = text.slice(text.length - length);
  return `${dropHalf(head, head.length - 1, 0xd800)}${gap}${dropHalf(tail, 0, 0xdc00)}`;
}

/** The text without the surrogate of that kind (its half begins with `kind`) at that place. */
function dropHalf(text: string, index: number, kind: 0xd800 | 0xdc00): string {
  const isHalf = (text.charCodeAt(index) & 0xfc00) === kind;
  return isHalf ? text.slice(0, index) + text.slice(index + 1) : text;
}

function sum(messages: readonly ChatMessage[]): number {
  return messages.reduce((total, message) => total + tokensOf(message), 0);
}
