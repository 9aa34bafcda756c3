import type { Message } from '../api/schemas.ts';
import { formatNumber } from '../texts/format.ts';
import { texts } from '../texts.ts';

/** Waits shorter than this are not worth a word, in milliseconds. */
const NOTABLE_WAIT_MS = 250;

const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** The facts about a finished reply, for the line below it: model, pace, waits, size. */
export function detailsOf({ model, usage, timings }: Pick<Message, 'model' | 'usage' | 'timings'>): string[] {
  const { reply } = texts;
  const details: string[] = [];
  if (model !== undefined) details.push(model);
  const rate = tokensPerSecond({ usage, timings });
  if (rate !== undefined) details.push(reply.rate(formatRate(rate)));
  if (timings !== undefined && timings.firstTokenMs > 0)
    details.push(reply.firstToken(formatDuration(timings.firstTokenMs)));
  if (usage !== undefined && usage.completionTokens > 0) details.push(reply.tokens(usage.completionTokens));
  if (timings !== undefined && timings.queuedMs >= NOTABLE_WAIT_MS)
    details.push(reply.queuedFor(formatDuration(timings.queuedMs)));
  if (timings !== undefined && timings.loadMs >= NOTABLE_WAIT_MS)
    details.push(reply.loadedFor(formatDuration(timings.loadMs)));
  return details;
}

/** The pace between the first token and the last; undefined where there is too little to measure. */
export function tokensPerSecond({ usage, timings }: Pick<Message, 'usage' | 'timings'>): number | undefined {
  if (usage === undefined || timings === undefined || usage.completionTokens < 2) return undefined;
  const writingMs = timings.totalMs - timings.firstTokenMs;
  return writingMs > 0 ? ((usage.completionTokens - 1) * 1000) / writingMs : undefined;
}

/** Milliseconds as "240 ms" or "3.2 s" or "2 min 5 s". */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9950) return `${formatNumber(durationMs / 1000, ONE_DIGIT)} s`;
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function formatRate(rate: number): string {
  return rate < 10 ? formatNumber(rate, ONE_DIGIT) : formatNumber(Math.round(rate));
}
