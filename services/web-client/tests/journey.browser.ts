import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reply, replyWith, send, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const stage = setStage({
  defaultModel: 'story:latest',
  models: {
    'story:latest': { kind: 'scripted', tokens: 40, gateAfterTokens: 12 },
    'echo:latest': { kind: 'scripted', reply: (messages) => messages.at(-1)?.content ?? '' },
  },
});

const numbers = (count: number) => Array.from({ length: count }, (_unused, index) => index).join(' ');

describe.each([
  ['on a desktop', { viewport: { width: 1280, height: 800 } }],
  ['on a phone in the dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const, hasTouch: true }],
])('a newcomer %s', (_name, options) => {
  it('makes an account, asks, reloads in the middle and loses nothing, stops, signs out and comes back', async () => {
    const { page, context, problems, foreignRequests } = await visit(stage.browser, stage.url, options);
    const email = `${randomUUID()}@example.com`;
    await signUp(page, { email });

    const question = `count for me ${randomUUID()}`;
    await send(page, question);
    const asked = await stage.sim.waitFor(
      (request) => request.messages.at(-1)?.content === question && request.tokensSent === 12,
    );
    await expect.poll(() => reply(page).textContent()).toContain(numbers(12));

    await page.reload();
    await expect.poll(() => reply(page).textContent(), { timeout: 15_000 }).toContain(numbers(12));
    expect(stage.sim.requests.find(({ id }) => id === asked.id)?.state).toBe('streaming');
    stage.sim.release({ id: asked.id });
    await replyWith(page, 'completed').waitFor();
    expect(await reply(page).textContent()).toContain(numbers(40));

    const second = `again ${randomUUID()}`;
    await send(page, second);
    await stage.sim.waitFor((request) => request.messages.at(-1)?.content === second && request.tokensSent === 12);
    // Stop keeps what is on screen, so that has to be there; the reply before goes on after these words.
    await expect.poll(() => reply(page).textContent()).toMatch(/ 11(?! 12)/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await replyWith(page, 'stopped').waitFor();
    await stage.sim.waitFor((request) => request.messages.at(-1)?.content === second && request.state === 'aborted');
    expect(await reply(page).textContent()).toMatch(/ 11(?! 12)/);

    await page.getByRole('button', { name: 'Continue' }).last().click();
    const continued = await stage.sim.waitFor(
      ({ messages, tokensSent }) =>
        messages.at(-1)?.role === 'assistant' &&
        messages.some(({ content }) => content === second) &&
        tokensSent === 12,
    );
    stage.sim.release({ id: continued.id });
    await expect.poll(() => reply(page).textContent(), { timeout: 15_000 }).toContain(numbers(40));

    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await signOut(page);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a sound pass phrase');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    expect([problems, foreignRequests]).toEqual([[], []]);
    await context.close();
  });
});

describe('two tabs', () => {
  it('show the same conversation live', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    const question = `share ${randomUUID()}`;
    await send(page, question);
    await page.waitForURL(/\/c\//);
    const other = await context.newPage();
    await other.goto(page.url());
    await expect.poll(() => reply(other).textContent(), { timeout: 15_000 }).toContain(numbers(12));
    stage.sim.release();
    await replyWith(other, 'completed').waitFor();
    await replyWith(page, 'completed').waitFor();
    expect(await reply(other).textContent()).toContain(numbers(40));
    await context.close();
  });
});

describe('a lost gateway', () => {
  it('is said, healed by itself, and costs no word', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    const question = `survive ${randomUUID()}`;
    await send(page, question);
    await expect.poll(() => reply(page).textContent()).toContain(numbers(12));
    await stage.system.restart('api-gateway');
    const continued = await stage.sim.waitFor(
      ({ messages, tokensSent }) =>
        messages.at(-1)?.role === 'assistant' &&
        messages.some(({ content }) => content === question) &&
        tokensSent === 12,
      { timeoutMs: 30_000 },
    );
    stage.sim.release({ id: continued.id });
    await replyWith(page, 'completed').waitFor({ timeout: 30_000 });
    expect(await reply(page).textContent()).toContain(numbers(40));
    await context.close();
  });
});

async function signOut(page: Awaited<ReturnType<typeof visit>>['page']) {
  const menu = page.getByRole('button', { name: 'Open conversations' });
  if (await menu.isVisible()) await menu.click();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}
