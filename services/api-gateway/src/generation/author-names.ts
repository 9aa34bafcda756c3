import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, RequestContext } from '@chatbot/service-kit';
import { timeouts, type UserClient } from '../clients/clients.ts';

export type AuthorNameDeps = { readonly user: UserClient; readonly logger: Logger };

/** ListProfiles takes no more; further authors are left without a name. */
const authorCountMax = 200;

/**
 * Fills in the names of the authors of a task's context, when there are several. Without user-service the model reads the messages as those
 * of one person, which is better than no reply.
 */
export async function withAuthorNames(
  { user, logger }: AuthorNameDeps,
  task: GenerationTask__Output,
  context: RequestContext,
): Promise<GenerationTask__Output> {
  const userIds = [...new Set(task.context.map(({ authorId }) => authorId))].filter((id) => id !== '');
  if (userIds.length === 0) return task;
  try {
    const request = { userIds: userIds.slice(0, authorCountMax) };
    const { profiles } = await user.unary('ListProfiles', request, { context, timeoutMs: timeouts.unaryMs });
    const names = new Map(profiles.map(({ userId, displayName }) => [userId, displayName]));
    const named = task.context.map((message) => ({ ...message, authorName: names.get(message.authorId) ?? '' }));
    return { ...task, context: named };
  } catch (error) {
    logger.warn({ requestId: context.requestId, err: error }, 'authors could not be named');
    return task;
  }
}
