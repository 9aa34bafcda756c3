import type { Preferences__Output } from '@chatbot/proto/chatbot/user/v1/Preferences';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callOptions, registerSomebody, startTestUserService, type TestUserService } from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService();
});
afterAll(() => service[Symbol.asyncDispose]());

const chosen = {
  theme: 'dark',
  defaultPersona: 'coder',
  defaultModel: 'llama3:8b',
  parameters: { temperature: 0.2, maxTokens: 500, stop: ['END'] },
  language: 'de-AT',
  sendOnEnter: false,
};

async function get(accessToken: string) {
  return plain((await service.client.unary('GetPreferences', {}, callOptions(accessToken))).preferences);
}

/** Without the names under which the generated types tell absent parameters apart. */
function plain(preferences: Preferences__Output | null) {
  if (preferences === null) throw new Error('the answer has no preferences');
  const parameters = Object.entries(preferences.parameters ?? {}).filter(([name]) => !name.startsWith('_'));
  return { ...preferences, parameters: Object.fromEntries(parameters) };
}

async function put(accessToken: string, preferences: object) {
  return plain(
    (await service.client.unary('UpdatePreferences', { preferences }, callOptions(accessToken))).preferences,
  );
}

it('are the defaults as version 0 for somebody who never chose', async () => {
  const { accessToken } = await registerSomebody(service);
  expect(await get(accessToken)).toEqual({
    theme: 'system',
    defaultPersona: '',
    defaultModel: '',
    parameters: { stop: [] },
    language: '',
    sendOnEnter: true,
    version: 0,
  });
});

it('are kept whole, and replaced whole', async () => {
  const { accessToken } = await registerSomebody(service);
  expect(await put(accessToken, { ...chosen, version: 0 })).toEqual({ ...chosen, version: 1 });
  expect(await get(accessToken)).toEqual({ ...chosen, version: 1 });
  const next = { ...chosen, parameters: { stop: [] }, sendOnEnter: true };
  expect(await put(accessToken, { ...next, version: 1 })).toEqual({ ...next, version: 2 });
});

it.each([0, 1])('let one of 20 changes of version %i win, and tell the others the current state', async (version) => {
  const { accessToken } = await registerSomebody(service);
  if (version === 1) await put(accessToken, { ...chosen, version: 0 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => put(accessToken, { ...chosen, defaultModel: `model-${index}`, version })),
  );
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect([won.length, lost.length]).toEqual([1, 19]);
  for (const { reason, metadata } of lost) {
    expect(reason).toBe('VERSION_CONFLICT');
    expect(JSON.parse(metadata.current)).toEqual(won[0]);
  }
});

it.each([
  ['theme', { theme: 'pink' }],
  ['language', { language: '../de' }],
  ['parameters.temperature', { parameters: { temperature: 3 } }],
  ['parameters.stop.0', { parameters: { stop: [''] } }],
  ['defaultModel', { defaultModel: 'x'.repeat(201) }],
  ['version', { version: -1 }],
])('refuse a bad %s and name it', async (field, change) => {
  const { accessToken } = await registerSomebody(service);
  await expect(put(accessToken, { ...chosen, version: 0, ...change })).rejects.toMatchObject({
    reason: 'VALIDATION_FAILED',
    violations: [{ field: `preferences.${field}` }],
  });
});
