import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { replyWith, send, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const password = 'a sound pass phrase';

const stage = setStage({
  defaultModel: 'brief:latest',
  models: { 'brief:latest': { kind: 'scripted', text: 'Fine.' } },
});

describe('a session that is over', () => {
  it('asks for the password above the page, keeps the draft, and goes on in place', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await send(page, 'hello');
    await replyWith(page, 'completed').waitFor();
    const address = page.url();
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('half a thought');

    // As somebody would who ends this session from elsewhere.
    const headers = { 'x-requested-with': 'chatbot', origin: stage.url };
    expect((await context.request.post(`${stage.url}/api/v1/auth/logout`, { headers, data: {} })).ok()).toBe(true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor({ timeout: 30_000 });
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });

    expect(page.url()).toBe(address);
    expect(await box.inputValue()).toBe('half a thought');
    await box.press('Enter');
    await page.locator('[data-role="user"]').getByText('half a thought').waitFor();
    await expect.poll(() => page.locator('[data-role="assistant"][data-status="completed"]').count()).toBe(2);
    await context.close();
  });
});

describe('five tabs', () => {
  it('stay signed in together, though each renewal works once', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    const others = await Promise.all([1, 2, 3, 4].map(() => context.newPage()));
    await Promise.all(others.map((tab) => tab.goto(stage.url)));
    const tabs = [page, ...others];
    const refused: number[] = [];
    context.on('response', (response) => {
      if (response.url().endsWith('/auth/refresh') && !response.ok()) refused.push(response.status());
    });
    // A reload renews at once, in all of them.
    for (let round = 0; round < 3; round += 1) await Promise.all(tabs.map((tab) => tab.reload()));
    for (const tab of tabs) await tab.getByRole('textbox', { name: 'Message' }).waitFor();
    expect(refused).toEqual([]);
    await context.close();
  });
});
