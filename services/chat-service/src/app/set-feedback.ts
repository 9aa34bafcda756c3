import { AppError } from '@chatbot/errors';
import type { FeedbackChange, MessageStore } from './ports/message-store.ts';
import type { Clock } from './ports/system.ts';

/**
 * Keeps what a user thinks of a reply, or takes it back. Idempotent. Throws RESOURCE_NOT_FOUND, or VALIDATION_FAILED for a message that is no
 * reply.
 */
export async function setFeedback(
  deps: { readonly messages: MessageStore; readonly clock: Clock },
  change: Omit<FeedbackChange, 'nowMs'>,
): Promise<void> {
  const result = await deps.messages.setFeedback({ ...change, nowMs: deps.clock() });
  if (result === 'missing') throw new AppError('RESOURCE_NOT_FOUND');
  if (result === 'set') return;
  const violation = { field: 'messageId', message: 'is not a reply' };
  throw new AppError('VALIDATION_FAILED', { detail: 'messageId: is not a reply', violations: [violation] });
}
