import type { GenerateRequest } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import { createRequestContext } from '@chatbot/service-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AiClient } from '../clients/clients.ts';
import { type AheadTurn, createAskAhead, type NewMessage } from './ask-ahead.ts';
import type { GenerationLog } from './log.ts';
import type { FrameSink, LogTail } from './tail.ts';

const context = createRequestContext();

const leaseTtlMs = 1_000;

/** The ports of asking ahead, noting what they are told. */
function askAhead() {
  const asked: GenerateRequest[] = [];
  const calls: string[] = [];
  const ai: Pick<AiClient, 'duplex'> = {
    duplex: (_method, request) => {
      asked.push(request as GenerateRequest);
      return { send() {}, cancel: () => void calls.push('cancel'), async *[Symbol.asyncIterator]() {} };
    },
  };
  const log: Pick<GenerationLog, 'claim' | 'forget' | 'release' | 'renew' | 'touch'> = {
    claim: async () => ({ fence: 7, lastSeq: 0, ended: false, stop: undefined }),
    forget: async (id) => void calls.push(`forget ${id}`),
    release: async (id, fence) => void calls.push(`release ${id} ${fence}`),
    async renew(id, fence) {
      calls.push(`renew ${id} ${fence}`);
      return { ownership: 'owned', stop: undefined };
    },
    touch: async (ids) => void calls.push(`touch ${ids}`),
  };
  const followed = new Map<string, FrameSink>();
  const tail: Pick<LogTail, 'follow'> = {
    follow(id, { sink }) {
      followed.set(id, sink);
      return { close: () => void followed.delete(id) };
    },
  };
  const deps = { ai: ai as AiClient, log: log as GenerationLog, tail: tail as LogTail, leaseTtlMs };
  return { asked, calls, followed, ahead: createAskAhead(deps) };
}

const question: NewMessage = {
  userId: 'user',
  generationId: 'g1',
  clientMessageId: 'c1',
  conversationId: '',
  content: 'hello',
  persona: '',
  model: '',
};

/** The task that chat-service makes of a message. */
function taskOf(message: NewMessage, change: Partial<GenerationTask__Output> = {}): GenerationTask__Output {
  return {
    generation: {
      id: message.generationId,
      conversationId: 'conversation',
      messageId: `reply to ${message.clientMessageId}`,
      status: 'pending',
      seq: 0,
      model: '',
      usage: null,
      timings: null,
      content: '',
      problemJson: '',
      createdAt: null,
      endedAt: null,
    },
    userId: message.userId,
    persona: 'assistant',
    requestedModel: message.model,
    parameters: { stop: [] },
    context: [said('user', message.content)],
    customPersona: null,
    conversationParameters: { stop: [] },
    titleWanted: true,
    ...change,
  };
}

function said(role: string, content: string) {
  return { role, content, authorId: '', authorName: '' };
}

const next: NewMessage = { ...question, generationId: 'g2', clientMessageId: 'c2', conversationId: 'conversation' };

describe('asking ahead', () => {
  it('gives a new conversation the reply that was asked for before its message was stored', () => {
    const { ahead, asked, calls } = askAhead();
    const taken = ahead.ask(question, context)?.take(taskOf(question));
    expect(taken?.opened).toBeDefined();
    expect([asked.length, calls]).toEqual([1, []]);
  });

  it('goes on from the last reply of a conversation', () => {
    const { ahead } = askAhead();
    ahead.note(taskOf(question), 'Hi!');
    const taken = ahead.ask(next, context)?.take(
      taskOf(next, {
        context: [said('user', 'hello'), said('assistant', 'Hi!'), said('user', 'hello')],
      }),
    );
    expect(taken?.opened).toBeDefined();
  });

  it('closes a request that is not what the stored turn asks, keeps the claim, and does not guess there again', async () => {
    const { ahead, calls } = askAhead();
    const taken = ahead.ask(question, context)?.take(taskOf(question, { persona: 'creative' }));
    expect([taken?.opened, calls]).toEqual([undefined, ['cancel']]);
    expect(await taken?.claiming).toMatchObject({ fence: 7 });
    expect(ahead.ask({ ...question, clientMessageId: 'c3' }, context)).toBeUndefined();
  });

  it.each([
    ['a conversation that it has not seen', { ...next, conversationId: 'other' }],
    ['a branch that does not go on from the last reply', { ...next, parentId: 'an older reply' }],
    ['a conversation that it has seen with another user', { ...next, userId: 'other' }],
  ])('asks nothing for %s', (_case, message) => {
    const { ahead, asked } = askAhead();
    ahead.note(taskOf(question), 'Hi!');
    expect(ahead.ask(message, context)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('asks nothing for a conversation that has grown long', () => {
    const { ahead } = askAhead();
    ahead.note(taskOf(question), 'x'.repeat(40_000));
    expect(ahead.ask(next, context)).toBeUndefined();
  });

  const pirate = { prompt: 'Talk like a pirate.', parameters: { stop: [] } };
  const pirateId = '01890a5d-ac96-774b-bcce-b302099a8057';

  it('asks nothing when a message names a persona of somebody’s own, whose prompt the stored turn tells', () => {
    const { ahead, asked } = askAhead();
    ahead.note(taskOf(question), 'Hi!');
    expect(ahead.ask({ ...question, persona: pirateId }, context)).toBeUndefined();
    expect(ahead.ask({ ...next, persona: pirateId }, context)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    ['goes on with a persona of somebody’s own while it is the same', pirate, true],
    ['closes the request when that persona has another prompt by now', { ...pirate, prompt: 'Be brief.' }, false],
    ['closes the request when that persona is gone', null, false],
  ])('%s', (_case, customPersona, used) => {
    const { ahead } = askAhead();
    ahead.note(taskOf(question, { persona: pirateId, customPersona: pirate }), 'Arr!');
    const taken = ahead.ask(next, context)?.take(
      taskOf(next, {
        persona: customPersona === null ? 'assistant' : pirateId,
        customPersona,
        context: [said('user', 'hello'), said('assistant', 'Arr!'), said('user', 'hello')],
      }),
    );
    expect(taken?.opened !== undefined).toBe(used);
  });

  it.each([
    ['the conversation alone', undefined, { temperature: 0.5, seed: 3, stop: ['END'] }],
    ['the message over the conversation', { temperature: 1, stop: [] }, { temperature: 1, seed: 3, stop: ['END'] }],
    [
      'the message, its stops in place of the others',
      { stop: ['HALT'] },
      { temperature: 0.5, seed: 3, stop: ['HALT'] },
    ],
  ])('takes the parameters of %s, and of the last message none', (_case, parameters, parametersOfTask) => {
    const { ahead } = askAhead();
    const conversationParameters = { temperature: 0.5, seed: 3, stop: ['END'] };
    ahead.note(
      taskOf(question, { parameters: { ...conversationParameters, topP: 0.2 }, conversationParameters }),
      'Hi!',
    );
    const message: NewMessage = { ...next, ...(parameters && { parameters }) };
    const branch = [said('user', 'hello'), said('assistant', 'Hi!'), said('user', 'hello')];
    const task = taskOf(message, { parameters: parametersOfTask, conversationParameters, context: branch });
    expect(ahead.ask(message, context)?.take(task).opened).toBeDefined();
  });

  it('asks nothing for the next message of a conversation that was set to something else, and again after that one', () => {
    const { ahead, asked } = askAhead();
    ahead.note(taskOf(question), 'Hi!');
    ahead.forget('conversation');
    expect(ahead.ask(next, context)).toBeUndefined();
    expect(asked).toEqual([]);
    ahead.note(taskOf(next), 'Hi again!');
    expect(ahead.ask({ ...next, generationId: 'g3', clientMessageId: 'c3' }, context)).toBeDefined();
  });

  it('asks nothing more where not every message is answered', () => {
    const { ahead, asked } = askAhead();
    ahead.note(taskOf(question), 'Hi!');
    ahead.avoid('conversation');
    expect(ahead.ask(next, context)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('has the log read from the start until its first frame, or until no turn came of it', () => {
    const { ahead, followed } = askAhead();
    ahead.ask(question, context)?.take(taskOf(question));
    followed.get('g1')?.deliver({ v: 1, generationId: 'g1', seq: 1, type: 'delta', text: 'Hi' });
    expect(followed.size).toBe(0);
    const unsaid = ahead.ask({ ...question, clientMessageId: 'c2', generationId: 'g2' }, context);
    expect([...followed.keys()]).toEqual(['g2']);
    unsaid?.drop('unknown');
    expect(followed.size).toBe(0);
  });

  it('asks once for a message that is sent again while it is being stored', () => {
    const { ahead, asked } = askAhead();
    const first = ahead.ask(question, context);
    expect(ahead.ask({ ...question, generationId: 'g9' }, context)).toBeUndefined();
    expect(asked).toHaveLength(1);
    first?.drop('not-stored');
    expect(ahead.ask(question, context)).toBeDefined();
  });

  it.each([
    ['forgets the claim of a turn that was refused', 'not-stored', 'forget g1'],
    ['forgets the claim of a message that is not to be answered', 'not-answered', 'forget g1'],
    ['leaves a turn that may be stored to whoever finds it', 'unknown', 'release g1 7'],
  ] as const)('%s', async (_case, outcome, given) => {
    const { ahead, calls } = askAhead();
    ahead.ask(question, context)?.drop(outcome);
    await expect.poll(() => calls).toEqual(['cancel', given]);
  });
});

describe('a lease that was taken ahead', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['is taken', (turn?: AheadTurn) => turn?.take(taskOf(question)), []],
    ['is given back', (turn?: AheadTurn) => turn?.drop('not-stored'), ['cancel', 'forget g1']],
  ] as const)('is kept however long storing takes, until the turn %s', async (_case, end, after) => {
    vi.useFakeTimers();
    const { ahead, calls } = askAhead();
    const turn = ahead.ask(question, context);
    await vi.advanceTimersByTimeAsync(leaseTtlMs / 2);
    expect(calls).toEqual(['renew g1 7', 'touch g1', 'renew g1 7', 'touch g1']);
    end(turn);
    await vi.advanceTimersByTimeAsync(2 * leaseTtlMs);
    expect(calls.slice(4)).toEqual(after);
  });
});
