import { randomUUID } from 'node:crypto';
import { createRedisEventPublisher, type DomainEvent } from '@chatbot/service-kit';
import { waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOptions, registerSomebody, type SignedIn, startTestUserService, type TestUserService } from './harness.ts';

let service: TestUserService;
let redis: Redis;
beforeAll(async () => {
  service = await startTestUserService();
  redis = new Redis(service.redis.url);
});
afterAll(async () => {
  redis.disconnect();
  await service[Symbol.asyncDispose]();
});

const march = { from: '2026-03-01', to: '2026-03-31' };
const publish = (events: readonly DomainEvent[]) => createRedisEventPublisher(redis).publish(events);

function posted(user: SignedIn['user'], at: string, persona = 'teacher'): DomainEvent {
  return { id: randomUUID(), v: 1, type: 'chat.message_posted', userId: user.id ?? '', at, persona };
}

function ended(user: SignedIn['user'], at: string): DomainEvent {
  const usage = { promptTokens: 100, completionTokens: 20, durationMs: 1_500 };
  return {
    ...posted(user, at),
    ...usage,
    type: 'chat.generation_ended',
    persona: 'teacher',
    status: 'stopped',
    model: 'm',
  };
}

async function activityOf({ accessToken = '' }: SignedIn, range = march) {
  const { activity } = await service.client.unary('GetActivity', range, callOptions(accessToken));
  return activity.map(({ day, persona, counts }) => ({ day, persona, ...counts }));
}

const nothing = { signIns: 0, messages: 0, replies: 0, promptTokens: 0, completionTokens: 0, generationMs: 0 };

describe('activity', () => {
  it('adds up what events tell, by day in UTC and persona, each event once however often it comes', async () => {
    const [somebody, other] = await Promise.all([registerSomebody(service), registerSomebody(service)]);
    const events = [
      posted(somebody.user, '2026-03-01T00:00:00.000Z'),
      posted(somebody.user, '2026-03-01T23:59:59.999Z'),
      posted(somebody.user, '2026-03-01T12:00:00.000Z', 'poet'),
      ended(somebody.user, '2026-03-02T00:00:00.000Z'),
      ended(somebody.user, '2026-03-02T01:00:00.000Z'),
      posted(somebody.user, '2026-04-01T00:00:00.000Z'),
    ];
    for (let time = 0; time < 3; time += 1) await publish([...events, ...events.toReversed()]);
    // Comes last, so that all of them have been counted.
    await publish([posted(other.user, '2026-03-05T00:00:00.000Z')]);
    await waitFor(async () => (await activityOf(other)).length === 1, { description: 'all is counted' });
    expect(await activityOf(somebody)).toEqual([
      { ...nothing, day: '2026-03-01', persona: 'poet', messages: 1 },
      { ...nothing, day: '2026-03-01', persona: 'teacher', messages: 2 },
      {
        ...nothing,
        day: '2026-03-02',
        persona: 'teacher',
        replies: 2,
        promptTokens: 200,
        completionTokens: 40,
        generationMs: 3_000,
      },
    ]);
  });

  it('counts sign-ins', async () => {
    const somebody = await registerSomebody(service);
    const today = new Date().toISOString().slice(0, 10);
    const range = { from: today, to: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) };
    const found = await waitFor(async () => (await activityOf(somebody, range))[0], { description: 'the sign-in' });
    expect(found).toMatchObject({ ...nothing, persona: '', signIns: 1 });
  });

  it('passes over accounts that are gone', async () => {
    const somebody = await registerSomebody(service);
    await publish([
      posted({ ...somebody.user, id: randomUUID() }, '2026-03-01T00:00:00.000Z'),
      posted(somebody.user, '2026-03-01T00:00:00.000Z'),
    ]);
    await waitFor(async () => (await activityOf(somebody)).length === 1, { description: 'the other one is counted' });
  });

  it.each([
    ['2026-03-02', '2026-03-01'],
    ['2026-01-01', '2027-01-03'],
    ['2026-02-30', '2026-03-01'],
    ['yesterday', '2026-03-01'],
    ["2026-03-01'; --", '2026-03-01'],
  ])('refuses the range from %s to %s', async (from, to) => {
    const somebody = await registerSomebody(service);
    await expect(activityOf(somebody, { from, to })).rejects.toMatchObject({ reason: 'VALIDATION_FAILED' });
  });

  it('of everybody is for administrators alone', async () => {
    const somebody = await registerSomebody(service);
    const call = service.client.unary('GetActivityTotals', march, callOptions(somebody.accessToken));
    await expect(call).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
