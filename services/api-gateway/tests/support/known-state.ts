import type { z } from 'zod';
import type { changesSchema } from '../../src/changes.ts';
import type { Conversation } from '../../src/clients/resources/conversation.ts';
import type { Message } from '../../src/clients/resources/message.ts';
import type { UserEvents } from '../../src/events.ts';

/** What a client knows, kept by the rule that it needs and no other: of two states of one thing the higher version counts. */
export type KnownState = {
  readonly conversations: ReadonlyMap<string, Partial<Conversation> & { version: number }>;
  /** By id, the version with which a conversation went. */
  readonly removed: ReadonlyMap<string, number>;
  readonly messages: ReadonlyMap<string, Partial<Message> & { version: number }>;
};

export type LiveEvent = {
  [Name in keyof UserEvents]: { readonly name: Name; readonly payload: UserEvents[Name] };
}[keyof UserEvents];

export const nothingKnown: KnownState = { conversations: new Map(), removed: new Map(), messages: new Map() };

export function applyEvent(state: KnownState, event: LiveEvent): KnownState {
  switch (event.name) {
    case 'conversation:updated':
      return withConversation(state, event.payload);
    case 'conversation:deleted':
      return withoutConversation(state, event.payload);
    case 'message:created':
    case 'message:updated':
      return { ...state, messages: merged(state.messages, event.payload) };
    default:
      return state;
  }
}

export function applyChanges(state: KnownState, changes: z.infer<typeof changesSchema>): KnownState {
  let next = state;
  for (const id of changes.removedIds) {
    next = withoutConversation(next, { id, version: next.conversations.get(id)?.version ?? 0 });
  }
  for (const conversation of changes.conversations) next = withConversation(next, conversation);
  const messages = new Map(next.messages);
  // What was read is whole: it replaces what was put together from events, unless that is newer.
  for (const message of changes.messages) {
    if ((messages.get(message.id)?.version ?? 0) <= message.version) messages.set(message.id, message);
  }
  return { ...next, messages };
}

function withConversation(
  state: KnownState,
  update: Partial<Conversation> & { id: string; version: number },
): KnownState {
  const removed = state.removed.get(update.id);
  if (removed !== undefined && update.version <= removed) return state;
  const stillRemoved = new Map(state.removed);
  stillRemoved.delete(update.id);
  return { ...state, removed: stillRemoved, conversations: merged(state.conversations, update) };
}

function withoutConversation(state: KnownState, { id, version }: { id: string; version: number }): KnownState {
  if ((state.conversations.get(id)?.version ?? 0) > version) return state;
  const conversations = new Map(state.conversations);
  conversations.delete(id);
  const removed = new Map(state.removed);
  removed.set(id, Math.max(version, removed.get(id) ?? 0));
  return { ...state, conversations, removed };
}

function merged<Value extends { version: number }>(
  known: ReadonlyMap<string, Value>,
  update: Value & { id: string },
): ReadonlyMap<string, Value> {
  const before = known.get(update.id);
  if (before !== undefined && before.version > update.version) return known;
  return new Map(known).set(update.id, { ...before, ...update });
}
