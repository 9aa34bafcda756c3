import { AppError } from '@chatbot/errors';
import type { GenerationWithText } from '../domain/generation.ts';
import type { Draft, ReadMark } from '../domain/live-state.ts';
import { fitPage } from '../domain/page.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { GenerationStore } from './ports/generation-store.ts';
import type { LiveStateStore } from './ports/live-state-store.ts';
import type { Clock } from './ports/system.ts';
import type { TypingStore } from './ports/typing-store.ts';

export type ConversationActivity = {
  readonly typingUserIds: readonly string[];
  readonly generations: readonly GenerationWithText[];
  /** How far everybody has read. */
  readonly readMarks: readonly ReadMark[];
  /** What the user has begun to write. */
  readonly draft: Draft | undefined;
};

const generationCountMax = 50;

/** Who types, what is being generated, how far everybody has read and what the user has begun to write. Without a typing store nobody types. Throws RESOURCE_NOT_FOUND. */
export async function getConversationActivity(
  deps: {
    readonly generations: GenerationStore;
    readonly liveState: LiveStateStore;
    readonly typing: TypingStore;
    readonly clock: Clock;
  },
  key: ConversationKey,
): Promise<ConversationActivity> {
  const { conversationId, userId } = key;
  const running = orNotFound(await deps.generations.listRunning({ conversationId, userId, limit: generationCountMax }));
  const typingUserIds = await deps.typing.list({ conversationId, nowMs: deps.clock() }).catch(nobodyWhenUnavailable);
  const { readMarks, draft } = orNotFound(await deps.liveState.get({ conversationId, userId }));
  return { readMarks, draft, typingUserIds, generations: fitPage(running, { textOf: ({ content }) => content }) };
}

/** What is being generated must be known to resume a stream; who types may be lost. */
function nobodyWhenUnavailable(error: unknown): readonly string[] {
  if (error instanceof AppError && error.reason === 'UNAVAILABLE') return [];
  throw error;
}
