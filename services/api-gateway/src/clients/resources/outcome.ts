import { isErrorReason, type Problem, problemSchema } from '@chatbot/errors';
import type { Timings__Output } from '@chatbot/proto/chatbot/chat/v1/Timings';
import type { Usage__Output } from '@chatbot/proto/chatbot/chat/v1/Usage';
import type { Usage } from '../../generation/frame.ts';

export function usageOf(usage: Usage__Output | null): { usage?: Usage } {
  if (usage === null) return {};
  const { promptTokens, completionTokens } = usage;
  return { usage: promptTokens === 0 ? { completionTokens } : { promptTokens, completionTokens } };
}

export function timingsOf(timings: Timings__Output | null) {
  if (timings === null) return {};
  const { queuedMs, loadMs, firstTokenMs, totalMs } = timings;
  return { timings: { queuedMs, loadMs, firstTokenMs, totalMs } };
}

export function problemOf(problemJson: string): { problem?: Problem } {
  if (problemJson === '') return {};
  const parsed = problemSchema.parse(JSON.parse(problemJson));
  return { problem: { ...parsed, reason: isErrorReason(parsed.reason) ? parsed.reason : 'INTERNAL' } };
}

export function outcome(fields: { usage: Usage__Output | null; timings: Timings__Output | null; problemJson: string }) {
  return { ...usageOf(fields.usage), ...timingsOf(fields.timings), ...problemOf(fields.problemJson) };
}
