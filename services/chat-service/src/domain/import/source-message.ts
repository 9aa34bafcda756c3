import type { ImportedMessage } from '../imported-conversation.ts';
import type { Parameters } from '../parameters.ts';

/** A message as a file has it, with the keys by which the file makes a tree of its messages. */
export type SourceMessage = Omit<ImportedMessage, 'parentIndex' | 'createdAt'> & {
  readonly key: string;
  /** Null at a root. A key that the file does not have is a root, too. */
  readonly parentKey: string | null;
  readonly createdAt: Date | null;
  /** What is not shown (tools, hidden prompts): those below it move up to what is above it. */
  readonly hidden: boolean;
};

/** A conversation as a file has it. */
export type SourceConversation = {
  readonly title: string;
  readonly persona: string;
  readonly model: string;
  readonly parameters: Parameters;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
  readonly activeKey: string | null;
  readonly messages: readonly SourceMessage[];
};

/** What most files say nothing about. */
export const plainMessage = {
  status: 'completed',
  model: '',
  usage: null,
  timings: null,
  hidden: false,
} as const satisfies Partial<SourceMessage>;

/** A time in seconds since 1970, or null when it is none. */
export function secondsToDate(seconds: number | null | undefined): Date | null {
  return toDate(typeof seconds === 'number' ? seconds * 1_000 : undefined);
}

/** A time as text or in milliseconds, or null when it is none that can be stored. */
export function toDate(value: string | number | null | undefined): Date | null {
  if (value === null || value === undefined) return null;
  const date = new Date(value);
  const year = date.getUTCFullYear();
  return year >= 1970 && year < 10_000 ? date : null;
}
