import { AppError } from '@chatbot/errors';
import type { Draft } from '../domain/live-state.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { LiveStateStore } from './ports/live-state-store.ts';
import type { Clock } from './ports/system.ts';

export type SetDraftInput = ConversationKey & {
  /** Empty when there is nothing begun any more. */
  readonly text: string;
  /** The version that the caller last saw; 0 for none. */
  readonly version: number;
};

/** Whether it was stored, and the draft as it is then; absent when there is none. */
export type SetDraftResult = { readonly stored: boolean; readonly draft: Draft | undefined };

/**
 * Stores what somebody has begun to write, if nobody (another device of theirs) stored something else since. Throws RESOURCE_NOT_FOUND, or
 * PERMISSION_DENIED for who may not write.
 */
export async function setDraft(
  deps: { readonly liveState: LiveStateStore; readonly clock: Clock },
  input: SetDraftInput,
): Promise<SetDraftResult> {
  const result = await deps.liveState.setDraft({ ...input, nowMs: deps.clock() });
  if (result === 'missing') throw new AppError('RESOURCE_NOT_FOUND');
  if (result === 'read-only') throw new AppError('PERMISSION_DENIED');
  return result;
}
