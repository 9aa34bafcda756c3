import { chatServiceDefinition } from '@chatbot/proto';
import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  complete,
  exchange,
  post,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

let chat: TestChatService;
let caller: Caller;
let raw: Client;
beforeAll(async () => {
  chat = await startTestChatService();
  caller = chat.newUser();
  raw = new Client(chat.address, credentials.createInsecure());
});
afterAll(async () => {
  raw.close();
  await chat[Symbol.asyncDispose]();
});

describe('PostMessage', () => {
  it.each([
    ['a short clientMessageId', { clientMessageId: 'short' }],
    ['a long clientMessageId', { clientMessageId: 'x'.repeat(65) }],
    ['a clientMessageId with other characters', { clientMessageId: 'not/allowed' }],
    ['no text', { content: '' }],
    ['only white space', { content: ' \n\u00a0\t' }],
    ['too long a text', { content: 'x'.repeat(100_001) }],
    ['a text with U+0000', { content: 'a\u0000b' }],
    ['a persona that is no id', { persona: '../admin' }],
    ['a long model', { model: 'x'.repeat(201) }],
    ['a model with U+0000', { model: 'a\u0000' }],
    ['too high a temperature', { parameters: { temperature: 2.1 } }],
    ['a temperature that is no number', { parameters: { temperature: Number.NaN } }],
    ['a topP of 0', { parameters: { topP: 0 } }],
    ['too many tokens', { parameters: { maxTokens: 32_769 } }],
    ['too many stop texts', { parameters: { stop: Array.from({ length: 9 }, () => 'x') } }],
    ['an empty stop text', { parameters: { stop: [''] } }],
  ])('refuses %s', async (_name, request) => {
    const error = await refusal(post(chat, { caller, ...request }));
    expect(error.reason).toBe('VALIDATION_FAILED');
    expect(error.violations).not.toEqual([]);
  });

  it('takes the longest text, of any script', async () => {
    const content = '🌦️é字'.repeat(16_666);
    const { conversationId } = await post(chat, { caller, content });
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages[0]?.content).toBe(content);
  });
});

describe('CompleteGeneration', () => {
  it.each([
    ['a status that is no end', { status: 'streaming' }],
    ['a negative seq', { seq: -1 }],
    ['a negative fence', { fence: -1 }],
    ['negative usage', { usage: { promptTokens: -1, completionTokens: 0 } }],
    ['a duration that is no number', { timings: { queuedMs: Number.NaN } }],
    ['a problem that is no JSON', { problemJson: '{' }],
    ['a problem that is no object', { problemJson: '[]' }],
    ['a problem with an escaped U+0000', { problemJson: '{"title":"\\u0000"}' }],
  ])('refuses %s', async (_name, request) => {
    const { generationId } = await post(chat, { caller });
    expect((await refusal(complete(chat, { generationId, ...request }))).reason).toBe('VALIDATION_FAILED');
  });
});

describe('ListUnfinishedGenerations', () => {
  it.each([
    ['no time', { limit: 1 }],
    ['a limit of 0', { createdBefore: { seconds: 1, nanos: 0 }, limit: 0 }],
    ['a time beyond time', { createdBefore: { seconds: 2 ** 52, nanos: 0 }, limit: 1 }],
  ])('refuses %s', async (_name, request) => {
    const call = chat.client.unary('ListUnfinishedGenerations', request, asService());
    expect((await refusal(call)).reason).toBe('VALIDATION_FAILED');
  });
});

describe('junk', () => {
  const methods: [string, MethodDefinition<object, object>][] = Object.entries(chatServiceDefinition);

  /** The status of a call with these bytes as its request. */
  function send(method: MethodDefinition<object, object>, bytes: Buffer): Promise<number> {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${caller.accessToken}`);
    return new Promise((resolve) => {
      const asBytes = (request: Buffer) => request;
      const asAnswer = (answer: Buffer) => answer;
      const answered = (error: ServiceError | null) => resolve(error?.code ?? 0);
      if (!method.responseStream) {
        raw.makeUnaryRequest(method.path, asBytes, asAnswer, bytes, metadata, answered);
        return;
      }
      const answers = raw.makeServerStreamRequest(method.path, asBytes, asAnswer, bytes, metadata);
      answers.on('error', answered).on('end', () => resolve(0));
      answers.resume();
    });
  }

  it('in bytes never ends the process, and the next call is answered', async () => {
    const call = fc.tuple(fc.constantFrom(...methods), fc.uint8Array({ maxLength: 200 }));
    for (const calls of fc.sample(fc.array(call, { minLength: 20, maxLength: 20 }), 8)) {
      const codes = await Promise.all(calls.map(([[, method], bytes]) => send(method, Buffer.from(bytes))));
      expect(codes).toHaveLength(20);
    }
    await exchange(chat, { caller });
  });

  it('in well-formed requests is never an internal error', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(''), fc.uuid(), fc.constant('\u0000'));
    const number = fc.oneof(fc.integer(), fc.constant(0), fc.constant(Number.NaN));
    const fields = fc.record(
      {
        conversationId: text,
        messageId: text,
        generationId: text,
        parentId: text,
        leafId: text,
        clientMessageId: fc.oneof(text, fc.constant('a-valid-message-id')),
        content: text,
        title: text,
        persona: text,
        model: text,
        cursor: text,
        status: fc.oneof(text, fc.constant('completed')),
        problemJson: fc.oneof(text, fc.json()),
        limit: fc.integer({ min: -1, max: 2_000 }),
        version: fc.integer(),
        fence: fc.integer(),
        seq: fc.integer(),
        parameters: fc.record({ temperature: number, stop: fc.array(text) }, { requiredKeys: [] }),
        usage: fc.record({ promptTokens: fc.integer() }, { requiredKeys: [] }),
        timings: fc.record({ queuedMs: number }, { requiredKeys: [] }),
        createdBefore: fc.record({ seconds: fc.integer(), nanos: fc.integer() }),
        pinned: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const call = fc.tuple(fc.constantFrom(...methods), fields);
    const internal = 13;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 20 }), async (calls) => {
        const codes = calls.map(([[, method], request]) => send(method, method.requestSerialize(request)));
        expect(await Promise.all(codes)).not.toContain(internal);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});

describe('the log', () => {
  it('holds no message text, whatever happens to it', async () => {
    const canary = 'canary-5f2c';
    const content = `A secret ${canary}`;
    const { conversationId, generationId, userMessageId } = await post(chat, { caller, content });
    await chat.client.unary('CheckpointGeneration', { generationId, fence: 1, seq: 1, content }, asService());
    await complete(chat, { generationId, content, problemJson: JSON.stringify({ detail: canary }) });
    await chat.client.unary('SetGeneratedTitle', { conversationId, title: canary }, asService());
    await refusal(post(chat, { caller, conversationId, content: `${content}\u0000` }));
    await refusal(post(chat, { caller, conversationId: uuidv7(), content }));
    await refusal(chat.client.unary('ListMessages', { conversationId, cursor: canary }, caller));
    await refusal(
      chat.client.unary('RegenerateReply', { messageId: userMessageId, clientMessageId: `${canary}-abc` }, caller),
    );
    await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(chat.logs()).toContain('chatbot.chat.v1.ChatService/CompleteGeneration');
    expect(chat.logs()).not.toContain(canary);
  });
});
