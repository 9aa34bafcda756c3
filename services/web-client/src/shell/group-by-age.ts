import type { Conversation } from '../api/schemas.ts';

export type Age = 'today' | 'yesterday' | 'week' | 'month' | 'older';

const DAYS_MAX: readonly (readonly [Age, number])[] = [
  ['today', 0],
  ['yesterday', 1],
  ['week', 7],
  ['month', 30],
  ['older', Number.POSITIVE_INFINITY],
];

/** Groups conversations by how many calendar days ago their last message was, in local time; the order stays. */
export function groupByAge(conversations: readonly Conversation[], now: Date): { age: Age; items: Conversation[] }[] {
  const groups = new Map<Age, Conversation[]>();
  for (const conversation of conversations) {
    const days = daysBetween(new Date(conversation.lastMessageAt ?? conversation.createdAt), now);
    const age = DAYS_MAX.find(([, max]) => days <= max)?.[0] ?? 'older';
    groups.set(age, [...(groups.get(age) ?? []), conversation]);
  }
  return DAYS_MAX.flatMap(([age]) => {
    const items = groups.get(age);
    return items === undefined ? [] : [{ age, items }];
  });
}

/** Calendar days, rounded because a day is 23 or 25 hours long when the clocks change. */
function daysBetween(earlier: Date, later: Date): number {
  return Math.round((startOfDay(later) - startOfDay(earlier)) / 86_400_000);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
