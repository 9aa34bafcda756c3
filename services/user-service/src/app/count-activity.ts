import type { DomainEvent } from '@chatbot/service-kit';
import { noActivity } from '../domain/activity.ts';
import type { ActivityEntry, ActivityStore } from './ports.ts';

type ActivityDeps = { readonly activity: ActivityStore; readonly now: () => Date };

/** Events come again within minutes, if at all. */
const rememberMs = 7 * 86_400_000;

/** Adds events to the activity of their accounts, each once, however often it comes. */
export async function countActivity({ activity, now }: ActivityDeps, events: readonly DomainEvent[]): Promise<void> {
  const entries = events.flatMap((event) => entryOf(event) ?? []);
  if (entries.length > 0) await activity.add(entries, now());
}

/** Forgets which events have been counted, once they cannot come again. */
export function forgetCountedEvents({ activity, now }: ActivityDeps): Promise<void> {
  return activity.forgetEvents(new Date(now().getTime() - rememberMs));
}

function entryOf(event: DomainEvent): ActivityEntry | undefined {
  const { id, userId, at } = event;
  const entry = { ...noActivity, id, userId, day: at.slice(0, 10), persona: '' };
  switch (event.type) {
    case 'user.signed_in':
      return { ...entry, signIns: 1 };
    case 'chat.message_posted':
      return { ...entry, persona: event.persona, messages: 1 };
    case 'chat.generation_ended': {
      const { persona, promptTokens, completionTokens, durationMs } = event;
      return { ...entry, persona, replies: 1, promptTokens, completionTokens, generationMs: Math.round(durationMs) };
    }
    case 'user.account_deleted':
      // Its activity goes with its row.
      return undefined;
    default:
      return event satisfies never;
  }
}
