import type { Parameters } from './parameters.ts';

export type Role = 'user' | 'assistant' | 'system';

/** How far a message is. Those that a person wrote are always completed. */
export type MessageStatus = RunningStatus | EndStatus;
export type RunningStatus = (typeof runningStatuses)[number];
export type EndStatus = (typeof endStatuses)[number];

export const runningStatuses = ['pending', 'streaming'] as const;
export const endStatuses = ['completed', 'stopped', 'interrupted', 'failed'] as const;

/** Whether a reply with this status is still being written. */
export function isRunning(status: MessageStatus): status is RunningStatus {
  return runningStatuses.some((running) => running === status);
}

/** Tokens of one reply. */
/** Tokens of a reply. Those of the prompt are known of a reply that came to its end alone. */
export type Usage = { readonly promptTokens?: number; readonly completionTokens: number };

/** No prompt is empty: 0 says that nobody counted it. */
export function toUsage({
  promptTokens = 0,
  completionTokens,
}: {
  promptTokens?: number | undefined;
  completionTokens: number;
}): Usage {
  return promptTokens > 0 ? { promptTokens, completionTokens } : { completionTokens };
}

/** Durations of one reply, in milliseconds. */
export type Timings = {
  readonly queuedMs: number;
  readonly loadMs: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
};

/** One node of the tree. Ids are UUIDv7. */
export type Message = {
  readonly id: string;
  readonly conversationId: string;
  readonly parentId: string | null;
  readonly role: Role;
  readonly content: string;
  readonly status: MessageStatus;
  /** The generation that writes a reply. */
  readonly generationId: string | null;
  /** The user who wrote a user message. */
  readonly authorId: string | null;
  /** The frame of the generation that content includes last. */
  readonly contentSeq: number;
  /** The model that answered; empty before it is known. */
  readonly model: string;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  /** A problem document. */
  readonly problem: ProblemDocument | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts the changes, from 1. */
  readonly version: number;
};

/** What somebody thinks of a reply. */
export type Feedback = { readonly rating: 'up' | 'down'; readonly comment: string };
export const feedbackCommentLengthMax = 2_000;

/** A message of a list, as one user sees it. */
export type ListedMessage = Message & {
  /** The messages that stand in its place on other branches, and itself, oldest first; at most 100. */
  readonly siblingIds: readonly string[];
  /** That of the user who reads. */
  readonly feedback: Feedback | null;
  /** Of a reply: what it was asked for with. */
  readonly persona?: string;
  readonly parameters?: Parameters;
};

/** A JSON object after RFC 9457; it is kept as it came. */
export type ProblemDocument = Readonly<Record<string, unknown>>;

/** One turn of the context of a reply. */
export type ContextMessage = {
  readonly role: Role;
  readonly content: string;
  /** Who wrote it, when several people did. */
  readonly authorId?: string;
};
