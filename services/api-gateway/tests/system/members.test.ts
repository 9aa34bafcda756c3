import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conversationSchema } from '../../src/clients/resources/conversation.ts';
import { inviteSchema, memberSchema } from '../../src/clients/resources/member.ts';
import { type Account, callApi, createAccount, type Device } from '../support/account.ts';
import { namedByModel } from '../support/conversation.ts';

let sim: OllamaSim;
let system: System;
let owner: Account;
let guest: Account;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'short:latest': { kind: 'scripted', text: 'A reply.' },
      'gated:latest': { kind: 'scripted', tokens: 40, gateAfterTokens: 5 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'short:latest', RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000' },
  });
  [owner, guest] = await Promise.all([createAccount(system.url), createAccount(system.url)]);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** A conversation of the owner with one exchange, and the guest as a member where a role is given. */
async function shared(role?: 'writer' | 'reader') {
  using device = await owner.connect();
  const turn = await device.send({ content: 'Hello' });
  await device.ended(turn.generationId);
  const { conversationId: id } = turn;
  await namedByModel(owner, id, 'Hello');
  if (role !== undefined) {
    const added = await owner.request('POST', `/conversations/${id}/members`, { email: guest.email, role });
    expect(added.status).toBe(201);
  }
  return turn;
}

function hears(device: Device, event: string, matching: object) {
  const match = (payload: unknown) => {
    const entries = Object.entries(matching);
    return entries.every(([key, value]) => (payload as Record<string, unknown>)[key] === value);
  };
  return waitFor(() => device.received(event).find(match), {
    description: `${event} ${JSON.stringify(matching)}`,
    timeoutMs: 20_000,
  });
}

const elsewhere = () => ({ gateway: system.gatewayUrls[1] ?? '' });

describe('a member', () => {
  it('is made by address, finds the conversation in the list, and hears of it at once', async () => {
    using device = await guest.connect(elsewhere());
    const { conversationId: id } = await shared('writer');
    await hears(device, 'conversation:updated', { id, role: 'writer' });
    const { body } = await guest.request('GET', '/conversations');
    const { items } = z.object({ items: z.array(conversationSchema) }).parse(body);
    expect(items).toContainEqual(expect.objectContaining({ id, role: 'writer', memberCount: 2, pinned: false }));
    const members = await guest.request('GET', `/conversations/${id}/members`);
    expect(z.object({ items: z.array(memberSchema) }).parse(members.body).items).toMatchObject([
      { userId: owner.userId, role: 'owner', displayName: owner.email.split('@')[0] },
      { userId: guest.userId, role: 'writer', displayName: guest.email.split('@')[0] },
    ]);
    expect(JSON.stringify(members.body)).not.toContain(guest.email);
  });

  it('writes, and every session of every member hears message, reply and title on every replica', async () => {
    const { conversationId } = await shared('writer');
    using owners = await owner.connect();
    using writing = await guest.connect(elsewhere());
    const turn = await writing.send({ content: 'From the guest', conversationId });
    await hears(owners, 'message:created', { id: turn.userMessageId, authorId: guest.userId });
    await hears(owners, 'message:created', { id: turn.assistantMessageId, status: 'pending' });
    await hears(owners, 'message:updated', { id: turn.assistantMessageId, status: 'completed' });
    expect(await owners.emit('generation:follow', { generationId: turn.generationId, lastSeq: 0 })).toMatchObject({
      ok: true,
    });
    await owners.ended(turn.generationId);
    expect(owners.text(turn.generationId)).toBe('A reply.');
    // The model is told who said what.
    const asked = sim.requests.filter(({ messages }) => messages?.at(-1)?.content.endsWith('From the guest'));
    const [ownerName, guestName] = [owner, guest].map(({ email }) => email.split('@')[0]);
    expect(
      asked
        .at(-1)
        ?.messages?.slice(1)
        .map(({ content }) => content),
    ).toEqual([`${ownerName}: Hello`, 'A reply.', `${guestName}: From the guest`]);
  });

  it('hears of a change without what is personal, and changes only their own list', async () => {
    const { conversationId: id } = await shared('reader');
    using device = await guest.connect(elsewhere());
    const { body } = await owner.request('GET', `/conversations/${id}`);
    const { version } = conversationSchema.parse(body);
    await owner.request('PATCH', `/conversations/${id}`, {
      version,
      title: 'Renamed',
      params: { seed: 1 },
      pinned: true,
    });
    const heard = await hears(device, 'conversation:updated', { id, title: 'Renamed' });
    expect(heard).toMatchObject({ params: { seed: 1 } });
    expect(heard).not.toHaveProperty('pinned');
    expect(heard).not.toHaveProperty('role');
    const mine = await guest.request('PATCH', `/conversations/${id}`, { version: version + 1, archived: true });
    expect(mine.body).toMatchObject({ archived: true, pinned: false, role: 'reader' });
    expect((await owner.request('GET', `/conversations/${id}`)).body).toMatchObject({ archived: false, pinned: true });
  });

  it('who only reads follows a reply, and neither sends nor stops', async () => {
    const { conversationId } = await shared('reader');
    using writing = await owner.connect();
    const turn = await writing.send({ content: 'go', conversationId, model: 'gated:latest' });
    using reading = await guest.connect(elsewhere());
    const { generationId } = turn;
    await reading.emit('generation:follow', { generationId, lastSeq: 0 });
    await waitFor(() => reading.text(generationId) !== '', { description: 'the first text' });
    const refused = [
      reading.emit('generation:stop', { generationId }),
      reading.emit('message:send', { conversationId, content: 'x', clientMessageId: randomUUID() }),
      reading.emit('typing:set', { conversationId, typing: true }),
    ];
    for (const ack of await Promise.all(refused)) {
      expect(ack).toMatchObject({ ok: false, problem: { reason: 'PERMISSION_DENIED', status: 403 } });
    }
    await writing.emit('generation:stop', { generationId });
    expect(await reading.ended(generationId)).toMatchObject({ status: 'stopped' });
  });
});

describe('the owner', () => {
  it('gives a member another role, which counts at once, and makes nobody a member by it', async () => {
    const { conversationId: id } = await shared('reader');
    using device = await guest.connect(elsewhere());
    const path = `/conversations/${id}/members/${guest.userId}`;
    expect(await owner.request('PATCH', path, { role: 'writer' })).toMatchObject({
      status: 200,
      body: { userId: guest.userId, role: 'writer', displayName: guest.email.split('@')[0] },
    });
    await hears(device, 'conversation:updated', { id, role: 'writer' });
    const turn = await device.send({ content: 'Now I may', conversationId: id });
    await device.ended(turn.generationId);
    expect((await guest.request('PATCH', path, { role: 'reader' })).status).toBe(403);
    for (const userId of [owner.userId, randomUUID()]) {
      const refused = await owner.request('PATCH', `/conversations/${id}/members/${userId}`, { role: 'reader' });
      expect(refused.status).toBe(404);
    }
    await owner.request('DELETE', path);
    expect((await owner.request('PATCH', path, { role: 'writer' })).status).toBe(404);
    expect((await owner.request('GET', `/conversations/${id}/members`)).body).toMatchObject({
      items: [{ userId: owner.userId }],
      formerAuthors: [{ userId: guest.userId, displayName: guest.email.split('@')[0] }],
    });
  });
});

describe('a conversation that answers when it is addressed', () => {
  it('acknowledges other messages without a reply, tells everybody of them, and goes on with the next one that addresses it', async () => {
    const { conversationId: id } = await shared('writer');
    const { body } = await owner.request('GET', `/conversations/${id}`);
    const { version } = conversationSchema.parse(body);
    const changed = await owner.request('PATCH', `/conversations/${id}`, { version, replyMode: 'mentioned' });
    expect(changed.body).toMatchObject({ replyMode: 'mentioned' });
    using writing = await guest.connect();
    using reading = await owner.connect(elsewhere());
    const message = { conversationId: id, content: 'Between us', clientMessageId: randomUUID() };
    const ack = await writing.emit('message:send', message);
    expect(ack).toMatchObject({ ok: true, data: { conversationId: id } });
    expect(ack.ok && Object.keys(ack.data as object).toSorted()).toEqual(['conversationId', 'userMessageId']);
    expect(await writing.emit('message:send', message)).toEqual(ack);
    await hears(reading, 'message:created', { conversationId: id, content: 'Between us' });
    const posted = await guest.request('POST', `/conversations/${id}/messages`, {
      content: 'Also',
      clientMessageId: randomUUID(),
    });
    expect(posted).toMatchObject({ status: 202, body: { conversationId: id } });
    const turn = await writing.send({ conversationId: id, content: 'And you, @ai?' });
    expect(await writing.ended(turn.generationId)).toMatchObject({ status: 'completed' });
  });
});

describe('who is removed', () => {
  it('is cut off at once on every replica: frames, server-sent events, reading, the list', async () => {
    const { conversationId: id } = await shared('reader');
    using writing = await owner.connect();
    const { generationId } = await writing.send({ content: 'go', conversationId: id, model: 'gated:latest' });
    const devices = [await guest.connect(), await guest.connect(elsewhere())];
    // Answered before anything else happens.
    const stream = await fetch(`${system.url}/api/v1/generations/${generationId}/stream`, {
      headers: { authorization: `Bearer ${guest.accessToken}` },
    });
    for (const device of devices) {
      await device.emit('generation:follow', { generationId, lastSeq: 0 });
      await waitFor(() => device.text(generationId) !== '', { description: 'the first text' });
    }
    const removal = await owner.request('DELETE', `/conversations/${id}/members/${guest.userId}`);
    expect(removal.status).toBe(204);
    for (const device of devices) {
      await hears(device, 'generation:unavailable', { generationId });
      await hears(device, 'conversation:deleted', { id });
    }
    expect(await stream.text()).toContain('RESOURCE_NOT_FOUND');
    const seen = devices.map((device) => device.frames(generationId).length);
    await writing.emit('generation:stop', { generationId });
    await writing.ended(generationId);
    for (const device of devices) {
      const again = await device.emit('generation:follow', { generationId, lastSeq: 0 });
      expect(again).toMatchObject({ ok: false, problem: { reason: 'RESOURCE_NOT_FOUND' } });
    }
    expect(devices.map((device) => device.frames(generationId).length)).toEqual(seen);
    expect((await guest.request('GET', `/conversations/${id}`)).status).toBe(404);
    for (const device of devices) device[Symbol.dispose]();
  });
});

describe('an invitation', () => {
  it('of an address without an account says so to the owner, and tells a stranger nothing', async () => {
    const { conversationId: id } = await shared();
    const invite = (account: Account, email: string) =>
      account.request('POST', `/conversations/${id}/members`, { email, role: 'reader' });
    expect(await invite(owner, 'nobody@example.com')).toMatchObject({
      status: 400,
      body: { reason: 'VALIDATION_FAILED', errors: [{ field: 'email' }] },
    });
    const toStranger = [await invite(guest, 'nobody@example.com'), await invite(guest, owner.email)];
    expect(toStranger.map(({ status }) => status)).toEqual([404, 404]);
  });

  it('by link makes whoever opens it a member until it is revoked', async () => {
    const { conversationId: id } = await shared();
    const made = await owner.request('POST', `/conversations/${id}/invites`, { role: 'writer' });
    const { token, id: inviteId } = inviteSchema.extend({ token: z.string() }).parse(made.body);
    expect((await callApi(system.url, 'POST', `/api/v1/invites/${token}/accept`)).status).toBe(401);
    const joined = await guest.request('POST', `/invites/${token}/accept`);
    expect(joined).toMatchObject({ status: 200, body: { id, role: 'writer', memberCount: 2 } });
    const listed = await owner.request('GET', `/conversations/${id}/invites`);
    expect(JSON.stringify(listed.body)).not.toContain(token);
    expect((await owner.request('DELETE', `/conversations/${id}/invites/${inviteId}`)).status).toBe(204);
    const late = await createAccount(system.url);
    expect((await late.request('POST', `/invites/${token}/accept`)).status).toBe(404);
    expect((await guest.request('DELETE', `/conversations/${id}/members/${guest.userId}`)).status).toBe(204);
    expect((await guest.request('GET', `/conversations/${id}`)).status).toBe(404);
  });
});
