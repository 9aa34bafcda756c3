/** When the model answers: every message, or only one that addresses it. */
export type ReplyMode = (typeof replyModes)[number];
export const replyModes = ['always', 'mentioned'] as const;

const mention = /(?<![\p{L}\p{N}_.@])@(?:assistant|ai)(?![\p{L}\p{N}_])/iu;

/** Whether a message addresses the model: it holds @assistant or @ai as a word of its own, in any case. */
export function addressesAssistant(content: string): boolean {
  return mention.test(content);
}
