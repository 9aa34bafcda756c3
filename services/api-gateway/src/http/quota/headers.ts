import { toAppError } from '@chatbot/errors';
import type { Logger } from '@chatbot/service-kit';
import type { Response } from 'express';
import type { QuotaState, Quotas } from '../../quotas/quotas.ts';

const daySeconds = 86_400;

/**
 * Says what is left to the account, in the fields of draft-ietf-httpapi-ratelimit-headers
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), before the request takes anything of it. Without the count it says nothing.
 */
export async function announceQuota(
  { quotas, logger }: { quotas: Quotas; logger: Logger },
  { userId, response }: { userId: string; response: Response },
): Promise<void> {
  try {
    response.set(quotaHeaders(await quotas.read(userId), Date.now()));
  } catch (error) {
    logger.debug({ reason: toAppError(error).reason }, 'a quota could not be read');
  }
}

export function quotaHeaders({ tokens, generations }: QuotaState, nowMs: number): Record<string, string> {
  const left = ({ limit, used }: { limit: number; used: number }) => Math.max(0, limit - used);
  const resetsInSeconds = Math.max(0, Math.ceil((tokens.resetsAtMs - nowMs) / 1_000));
  return {
    'ratelimit-policy': `"tokens";q=${tokens.limit};qu="tokens";w=${daySeconds}, "generations";q=${generations.limit};qu="concurrent-requests"`,
    ratelimit: `"tokens";r=${left(tokens)};t=${resetsInSeconds}, "generations";r=${left(generations)}`,
  };
}
