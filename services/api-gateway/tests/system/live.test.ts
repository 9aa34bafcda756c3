import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changesSchema } from '../../src/changes.ts';
import { conversationSchema } from '../../src/clients/resources/conversation.ts';
import type { Message } from '../../src/clients/resources/message.ts';
import { type Account, createAccount, type Device } from '../support/account.ts';
import { namedByModel, storedMessages } from '../support/conversation.ts';
import { applyChanges, applyEvent, type KnownState, type LiveEvent, nothingKnown } from '../support/known-state.ts';

let sim: OllamaSim;
let system: System;
let owner: Account;
let guest: Account;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: 'A reply.' } } });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'short:latest', RATE_LIMIT_MESSAGES_PER_MINUTE: '1000' },
  });
  [owner, guest] = await Promise.all([createAccount(system.url), createAccount(system.url)]);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const elsewhere = () => ({ gateway: system.gatewayUrls[1] ?? '' });

async function shared(role: 'writer' | 'reader' = 'writer') {
  using device = await owner.connect();
  const turn = await device.send({ content: 'Hello' });
  await device.ended(turn.generationId);
  const { conversationId } = turn;
  await namedByModel(owner, conversationId, 'Hello');
  await owner.request('POST', `/conversations/${conversationId}/members`, { email: guest.email, role });
  return turn;
}

function heard(device: Device, event: string, matching: object) {
  return waitFor(
    () =>
      device
        .received(event)
        .find((payload) =>
          Object.entries(matching).every(([key, value]) => (payload as Record<string, unknown>)[key] === value),
        ),
    { description: `${event} ${JSON.stringify(matching)}`, timeoutMs: 20_000 },
  );
}

describe('who has a conversation open', () => {
  it('is seen by the others on every replica, until the last of their sessions closes it', async () => {
    const { conversationId } = await shared('reader');
    const { userId } = guest;
    using watching = await owner.connect();
    expect(await watching.emit('conversation:open', { conversationId })).toMatchObject({
      ok: true,
      data: { conversationId, present: [owner.userId], typing: [], generations: [], draft: null, readMarks: [] },
    });
    using first = await guest.connect(elsewhere());
    const second = await guest.connect();
    const snapshots = [await first.emit('conversation:open', { conversationId })];
    snapshots.push(await second.emit('conversation:open', { conversationId }));
    const everybody = expect.arrayContaining([owner.userId, userId]);
    for (const snapshot of snapshots) expect(snapshot).toMatchObject({ ok: true, data: { present: everybody } });
    await heard(watching, 'presence', { conversationId, userId, present: true });
    await first.emit('conversation:close', { conversationId });
    second[Symbol.dispose]();
    await heard(watching, 'presence', { conversationId, userId, present: false });
  });

  it('is seen no longer by somebody who was removed, and is not heard of by them', async () => {
    const { conversationId } = await shared();
    using watching = await owner.connect();
    using removed = await guest.connect(elsewhere());
    await watching.emit('conversation:open', { conversationId });
    await removed.emit('conversation:open', { conversationId });
    await heard(watching, 'presence', { conversationId, userId: guest.userId, present: true });
    await owner.request('DELETE', `/conversations/${conversationId}/members/${guest.userId}`);
    await heard(removed, 'conversation:closed', { conversationId });
    await heard(watching, 'presence', { conversationId, userId: guest.userId, present: false });
    const before = removed.received('presence').length;
    await watching.emit('conversation:close', { conversationId });
    await watching.emit('conversation:open', { conversationId });
    expect(await removed.emit('conversation:open', { conversationId })).toMatchObject({ ok: false });
    expect(removed.received('presence')).toHaveLength(before);
  });
});

describe('read marks and drafts', () => {
  it('reach everybody they are for: marks every member, drafts their author’s sessions alone', async () => {
    const { conversationId, assistantMessageId } = await shared();
    using ownerDevice = await owner.connect();
    using here = await guest.connect();
    using there = await guest.connect(elsewhere());
    const isUnread = async () => {
      const { body } = await guest.request('GET', '/conversations?unread=true&limit=100');
      return z
        .object({ items: z.array(conversationSchema) })
        .parse(body)
        .items.some(({ id }) => id === conversationId);
    };
    expect(await isUnread()).toBe(true);
    await here.emit('read:set', { conversationId, messageId: assistantMessageId });
    expect(await isUnread()).toBe(false);
    // Whether anything is left to read is for the reader alone.
    expect(await heard(there, 'read', { conversationId, userId: guest.userId })).toMatchObject({ unread: false });
    expect(await heard(ownerDevice, 'read', { conversationId, userId: guest.userId })).not.toHaveProperty('unread');
    for (const device of [ownerDevice, here, there]) {
      await heard(device, 'read', { conversationId, userId: guest.userId, messageId: assistantMessageId });
    }
    const saved = await here.emit('draft:set', { conversationId, text: 'Once', version: 0 });
    expect(saved).toMatchObject({ ok: true, data: { version: 1 } });
    await heard(there, 'draft', { conversationId, text: 'Once', version: 1 });
    const conflict = await there.emit('draft:set', { conversationId, text: 'Twice', version: 0 });
    expect(conflict).toMatchObject({
      ok: false,
      problem: {
        reason: 'VERSION_CONFLICT',
        metadata: { currentVersion: '1', currentText: 'Once' },
        current: { conversationId, text: 'Once', version: 1 },
      },
    });
    const opened = await there.emit('conversation:open', { conversationId });
    expect(opened).toMatchObject({ ok: true, data: { draft: { text: 'Once', version: 1 } } });
    // A later event of the owner’s shows that an earlier one, had there been one, would have come.
    await here.emit('typing:set', { conversationId, typing: true });
    await heard(ownerDevice, 'typing', { conversationId, userId: guest.userId });
    expect(ownerDevice.received('draft')).toEqual([]);
  });
});

type Step = 'create' | 'message' | 'rename' | 'pin' | 'read' | 'unread' | 'invite' | 'remove' | 'delete';

describe('a client', () => {
  it('knows what a fresh read would tell it, whatever reached it, in which order and how often, once it has caught up', async () => {
    const quiet = ['create', 'message', 'rename', 'pin', 'read', 'unread'] as const;
    const step = fc.constantFrom<Step>(...quiet, 'invite', 'remove', 'delete');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 8 }), async (steps) => {
        const { conversationId, start, events, changes, fresh } = await record(steps);
        const delivery = fc.array(fc.nat({ max: Math.max(0, events.length - 1) }), { maxLength: 3 * events.length });
        fc.assert(
          // Which events arrive, in any order, some of them twice, some never.
          fc.property(delivery, (order) => {
            const arrived = order.flatMap((index) => events[index] ?? []);
            const state = applyChanges(arrived.reduce(applyEvent, start), changes);
            expect(view(state, conversationId)).toEqual(fresh);
          }),
          { numRuns: 200 },
        );
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});

/** What somebody did while the guest’s client was listening, and what the guest reads afterwards. */
async function record(steps: readonly Step[]) {
  const { conversationId } = await shared();
  using acting = await owner.connect(elsewhere());
  using listening = await guest.connect();
  const { cursor } = await changesSince('', conversationId);
  const start = await read(conversationId);
  for (const step of steps) await act(step, conversationId, acting);
  // The last thing that the guest hears; all that came before it has arrived by then.
  const { body } = await owner.request('POST', '/conversations', { title: 'The end' });
  const { id } = conversationSchema.parse(body);
  await owner.request('POST', `/conversations/${id}/members`, { email: guest.email, role: 'reader' });
  await heard(listening, 'conversation:updated', { id, role: 'reader' });
  const names = ['conversation:updated', 'conversation:deleted', 'message:created', 'message:updated'] as const;
  const events = names.flatMap((name) =>
    listening.received(name).map((payload) => ({ name, payload }) as unknown as LiveEvent),
  );
  const changes = await changesSince(cursor, (await canRead(conversationId)) ? conversationId : undefined);
  const fresh = view(await read(conversationId), conversationId);
  return { conversationId, start, events, changes, fresh };
}

async function act(step: Step, conversationId: string, device: Device): Promise<void> {
  const path = `/conversations/${conversationId}`;
  const current = await owner.request('GET', path);
  // Nothing but a deletion makes it unreadable for its owner.
  if (current.status === 404) return;
  const { version, pinned, title } = conversationSchema.parse(current.body);
  switch (step) {
    case 'create':
      await owner.request('POST', '/conversations', { title: 'Not the guest’s' });
      return;
    case 'message': {
      const turn = await device.send({ content: 'More', conversationId });
      await device.ended(turn.generationId);
      return;
    }
    case 'rename':
      await owner.request('PATCH', path, { version, title: `${title}!` });
      return;
    case 'pin':
      await owner.request('PATCH', path, { version, pinned: !pinned });
      return;
    case 'read':
    case 'unread':
      await say(path, { unread: step === 'unread' });
      return;
    case 'invite':
      await owner.request('POST', `${path}/members`, { email: guest.email, role: 'writer' });
      return;
    case 'remove':
      await owner.request('DELETE', `${path}/members/${guest.userId}`);
      return;
    case 'delete':
      await owner.request('DELETE', path);
      return;
    default:
      step satisfies never;
  }
}

/** The guest says what is unread for them. */
async function say(path: string, reading: { unread: boolean }): Promise<void> {
  const { status, body } = await guest.request('GET', path);
  if (status === 404) return;
  await guest.request('PATCH', path, { version: conversationSchema.parse(body).version, ...reading });
}

async function canRead(conversationId: string): Promise<boolean> {
  return (await guest.request('GET', `/conversations/${conversationId}`)).status === 200;
}

async function changesSince(cursor: string, conversationId?: string) {
  const query = new URLSearchParams({ cursor, ...(conversationId === undefined ? {} : { conversationId }) });
  const { status, body } = await guest.request('GET', `/changes?${query}`);
  expect(status).toBe(200);
  return changesSchema.parse(body);
}

/** What the guest reads of their conversations, and the messages of one. */
async function read(conversationId: string): Promise<KnownState> {
  const { body } = await guest.request('GET', '/conversations?limit=100');
  const { items } = z.object({ items: z.array(conversationSchema), nextCursor: z.null() }).parse(body);
  const messages = (await canRead(conversationId)) ? await storedMessages(guest, conversationId) : [];
  return {
    ...nothingKnown,
    conversations: new Map(items.map((item) => [item.id, item])),
    messages: new Map(messages.map((message) => [message.id, asUnlisted(message)])),
  };
}

/** A listed message as events carry it: a list alone says where it stands and what it was asked for with. */
function asUnlisted({ siblingIds: _siblings, persona: _persona, params: _params, ...message }: Message): Message {
  return message;
}

/** What is on screen: the list, and the messages of a conversation that is in it. */
function view({ conversations, messages }: KnownState, conversationId: string) {
  const shown = conversations.has(conversationId)
    ? [...messages.values()].filter((message) => message.conversationId === conversationId)
    : [];
  return {
    conversations: new Map([...conversations].toSorted(([a], [b]) => a.localeCompare(b))),
    messages: shown.toSorted((a, b) => (a.id ?? '').localeCompare(b.id ?? '')),
  };
}
