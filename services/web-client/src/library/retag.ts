export type TagChanges = { added: readonly string[]; removed: readonly string[] };

/** The tags of one conversation after a change of several: what it had stays in its order, what is new comes last. */
export function retagged(tags: readonly string[], { added, removed }: TagChanges): string[] {
  const kept = tags.filter((tag) => !removed.includes(tag));
  return [...kept, ...added.filter((tag) => !kept.includes(tag))];
}

/** Every tag that at least one of them has, once each. */
export function tagsOf(conversations: readonly { tags: readonly string[] }[]): string[] {
  return [...new Set(conversations.flatMap(({ tags }) => tags))];
}
