import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';
import { makeAtOnce, slowDownInserts } from './race.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

const content = { name: 'Pirate', description: '', prompt: 'Talk like a pirate.', parameters: { temperature: 1.5 } };

async function create(caller: Caller) {
  return present((await chat.client.unary('CreatePersona', content, caller)).persona);
}

describe('personas', () => {
  it('are made, listed by name, replaced at a version and deleted', async () => {
    const caller = chat.newUser();
    const pirate = await create(caller);
    await chat.client.unary('CreatePersona', { ...content, name: 'Cook' }, caller);
    const list = async () => (await chat.client.unary('ListPersonas', {}, caller)).personas.map(({ name }) => name);
    expect(await list()).toEqual(['Cook', 'Pirate']);
    const change = { ...content, personaId: pirate.id, version: 1, name: 'Captain' };
    const { persona } = await chat.client.unary('UpdatePersona', change, caller);
    expect(persona).toMatchObject({ name: 'Captain', version: 2, parameters: { temperature: 1.5 } });
    const conflict = await refusal(chat.client.unary('UpdatePersona', change, caller));
    expect(conflict).toMatchObject({ reason: 'VERSION_CONFLICT', metadata: { currentVersion: '2' } });
    await chat.client.unary('DeletePersona', { personaId: pirate.id }, caller);
    expect(await list()).toEqual(['Cook']);
    expect((await chat.client.unary('ListPersonas', {}, chat.newUser())).personas).toEqual([]);
  });

  it('let one of twenty changes of a version win', async () => {
    const caller = chat.newUser();
    const { id: personaId } = await create(caller);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        chat.client.unary('UpdatePersona', { ...content, personaId, version: 1, name: `P${index}` }, caller),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stay within 50 when twenty are made at once', async () => {
    const caller = chat.newUser();
    await slowDownInserts(chat, { table: 'personas', name: 'Slow' });
    // One by one: of so many at once, those that wait for a connection for long are refused.
    for (let count = 0; count < 49; count += 1) await create(caller);
    const slow = { ...content, name: 'Slow' };
    const { made, refusals } = await makeAtOnce(20, () => chat.client.unary('CreatePersona', slow, caller));
    expect(made).toBe(1);
    expect(new Set(refusals)).toEqual(new Set(['VALIDATION_FAILED']));
    expect((await chat.client.unary('ListPersonas', {}, caller)).personas).toHaveLength(50);
  });

  it.each([
    ['no name', { name: ' ' }],
    ['no prompt', { prompt: '' }],
    ['too long a prompt', { prompt: 'x'.repeat(8_001) }],
    ['too high a temperature', { parameters: { temperature: 3 } }],
  ])('refuse %s', async (_name, change) => {
    const error = await refusal(chat.client.unary('CreatePersona', { ...content, ...change }, chat.newUser()));
    expect(error.reason).toBe('VALIDATION_FAILED');
  });

  it('go with the task of a reply, at once and when it is taken over', async () => {
    const caller = chat.newUser();
    const { id: persona } = await create(caller);
    const { response, generationId } = await post(chat, { caller, persona });
    const expected = {
      persona,
      customPersona: { prompt: 'Talk like a pirate.', parameters: { temperature: 1.5, stop: [] } },
    };
    expect(response.task).toMatchObject(expected);
    expect((await chat.client.unary('GetGenerationTask', { generationId }, asService())).task).toMatchObject(expected);
  });

  it('that are gone, or somebody else’s, leave the reply to the default one', async () => {
    const caller = chat.newUser();
    const foreign = await create(chat.newUser());
    for (const persona of [foreign.id, uuidv7()]) {
      const { response } = await post(chat, { caller, persona });
      expect(response.task).toMatchObject({ persona: 'assistant', customPersona: null });
    }
    const own = await create(caller);
    const { conversationId, generationId } = await post(chat, { caller, persona: own.id });
    await chat.client.unary('DeletePersona', { personaId: own.id }, caller);
    const { task } = await chat.client.unary('GetGenerationTask', { generationId }, asService());
    expect(task).toMatchObject({ persona: 'assistant', customPersona: null });
    expect((await chat.client.unary('ListMessages', { conversationId }, caller)).messages).toHaveLength(2);
  });

  it('of the owner answer members of a shared conversation, too', async () => {
    const owner = chat.newUser();
    const member = chat.newUser();
    const { id: persona } = await create(owner);
    const { conversation } = await chat.client.unary('CreateConversation', { persona }, owner);
    const { id: conversationId } = present(conversation);
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'writer' }, owner);
    const { response } = await post(chat, { caller: member, conversationId });
    expect(response.task).toMatchObject({ customPersona: { prompt: 'Talk like a pirate.' } });
  });
});
