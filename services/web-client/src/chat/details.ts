import type { Message, Parameters } from '../api/schemas.ts';
import { formatList, formatNumber } from '../texts/format.ts';
import { texts } from '../texts.ts';

type Detailed = Pick<Message, 'model' | 'usage' | 'timings' | 'params'>;

/** Waits shorter than this are not worth a word, in milliseconds. */
const NOTABLE_WAIT_MS = 250;

const EXACT = { maximumFractionDigits: 6 };
const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** The facts about a finished reply, for the line below it: model, pace, waits, size, and what it was asked for with. */
export function detailsOf({ model, usage, timings, params = {} }: Detailed): string[] {
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
  return [...details, ...parameterDetails(params)];
}

function parameterDetails({ temperature, topP, maxTokens, seed, stop }: Parameters): string[] {
  const { asked } = texts.reply;
  return [
    ...(temperature === undefined ? [] : [asked.temperature(formatNumber(temperature, EXACT))]),
    ...(topP === undefined ? [] : [asked.topP(formatNumber(topP, EXACT))]),
    ...(maxTokens === undefined ? [] : [asked.maxTokens(maxTokens)]),
    ...(seed === undefined ? [] : [asked.seed(String(seed))]),
    ...(stop === undefined ? [] : [asked.stop(formatList(stop.map(asked.quoted)))]),
  ];
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
