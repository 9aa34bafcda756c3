import { waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PasswordStrength } from '../app/ports.ts';
import { createZxcvbnPasswordStrength } from './zxcvbn-password-strength.ts';

let strength: PasswordStrength & AsyncDisposable;
beforeAll(async () => {
  strength = await createZxcvbnPasswordStrength();
});
afterAll(() => strength[Symbol.asyncDispose]());

it.each([
  ['password1', 0],
  ['Password123!', 1],
  ['qwertyuiop[]', 1],
  ['x'.repeat(500), 0],
  ['correct horse battery staple', 4],
  ['Tr0ub4dor&3', 4],
])('gives %s the score %i', async (password, score) => {
  expect((await strength.estimate(password, [])).score).toBe(score);
});

it('counts what is known of the person as guessed', async () => {
  const password = 'ada.lovelace.1815';
  const [unknown, known] = await Promise.all([
    strength.estimate(password, []),
    strength.estimate(password, ['ada.lovelace.1815@example.org', 'ada.lovelace.1815']),
  ]);
  expect(known.score).toBeLessThan(unknown.score);
});

it('says what makes a password weak', async () => {
  expect((await strength.estimate('password1', [])).warning).toMatch(/commonly used password/);
});

it('lets the event loop turn while it works, also on the worst passwords', async () => {
  let done = false;
  const estimating = strength.estimate('p@55w0rd4$1'.repeat(90), []).finally(() => {
    done = true;
  });
  let turnCount = 0;
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    turnCount += 1;
  }
  await estimating;
  expect(turnCount).toBeGreaterThan(10);
});

it('refuses more than it can keep waiting, and answers the rest', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 150 }, () => strength.estimate('password1', [])));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.reason);
  expect(new Set(refused)).toEqual(new Set(['OVERLOADED']));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
});

it('starts another worker when the one of before is gone', async () => {
  await strength[Symbol.asyncDispose]();
  // It loads its dictionaries first; where that takes long, whoever asks meanwhile is told to come again.
  await waitFor(async () => (await strength.estimate('password1', [])).score === 0, {
    description: 'an answer of the other worker',
    timeoutMs: 20_000,
  });
});
