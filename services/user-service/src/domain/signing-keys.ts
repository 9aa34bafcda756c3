/**
 * How long a key is published before tokens are signed with it: longer than any verifier may go on with an older key set (10 minutes), with room for
 * files that reach the replicas one after the other.
 */
export const publishAheadMs = 30 * 60_000;

/**
 * The key that signs at `nowMs`: the newest one that has been published long enough, else the oldest there is. The newer ones are the next, the older ones
 * are retired and verify the tokens that they have signed. Throws when there is none.
 */
export function chooseSigningKey<Key extends { readonly createdAtMs: number }>(
  keys: readonly Key[],
  nowMs: number,
): Key {
  const newestFirst = keys.toSorted((left, right) => right.createdAtMs - left.createdAtMs);
  const chosen = newestFirst.find(({ createdAtMs }) => createdAtMs + publishAheadMs <= nowMs) ?? newestFirst.at(-1);
  if (chosen === undefined) throw new Error('there is no signing key');
  return chosen;
}
