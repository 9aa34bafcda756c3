import type { Parameters } from '../api/schemas.ts';

/**
 * What of the account's preferences goes with a message: what its conversation says nothing of. The server lays what a message asks for over the
 * conversation, and a habit is not to override what was decided for one conversation.
 */
export function preferredParameters(preferred: Parameters, conversation: Parameters): { params?: Parameters } {
  const decided = new Set(Object.keys(conversation));
  const params: Parameters = Object.fromEntries(Object.entries(preferred).filter(([name]) => !decided.has(name)));
  return Object.keys(params).length === 0 ? {} : { params };
}
