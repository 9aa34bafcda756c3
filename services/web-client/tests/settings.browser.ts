import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { launchBrowser, signIn, signUp, visit } from './support/browser.ts';

let sim: OllamaSim;
let system: System;
let browser: Browser;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'brief:latest': { kind: 'scripted', text: 'Fine.' } } });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'brief:latest' } });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

describe('preferences', () => {
  it('hold on every device: theme, language, the Enter key and what new chats begin with', async () => {
    const email = `${randomUUID()}@example.com`;
    const here = await visit(browser, system.url);
    await signUp(here.page, { email });
    await here.page.goto(`${system.url}/settings/preferences`);
    await here.page.getByRole('radio', { name: 'Dark' }).click();
    await here.page.getByRole('switch', { name: 'Enter sends' }).click();
    await here.page.getByRole('combobox', { name: 'Persona' }).selectOption({ label: 'Analytical' });
    await here.page.getByRole('main').getByRole('combobox', { name: 'Language' }).selectOption('Deutsch');
    await here.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();

    const there = await visit(browser, system.url);
    await signIn(there.page, { email });
    const box = there.page.getByRole('textbox', { name: 'Nachricht' });
    await box.waitFor();
    await there.page.getByRole('button', { name: 'Persona: Analytical' }).waitFor();
    expect(await there.page.locator('html').getAttribute('data-theme')).toBe('dark');
    await box.fill('eins');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('eins\n');
    await box.press('Control+Enter');
    await there.page.waitForURL(/\/c\//);
    await here.context.close();
    await there.context.close();
  });
});

describe('the account', () => {
  it('gets another name and password, which end other sessions, and is taken away and deleted', async () => {
    const email = `${randomUUID()}@example.com`;
    const here = await visit(browser, system.url, { viewport: { width: 360, height: 740 } });
    const { page } = here;
    await signUp(page, { email });
    const other = await visit(browser, system.url);
    await signIn(other.page, { email });
    await other.page.getByRole('textbox', { name: 'Message' }).waitFor();

    await page.goto(`${system.url}/settings/profile`);
    await page.getByRole('textbox', { name: 'Name' }).fill('Grace');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await page.getByRole('link', { name: 'Sessions' }).click();
    await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'Last used' }).count()).toBe(2);
    expect(await axeFindings(page)).toEqual([]);

    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByLabel('Current password', { exact: true }).fill('not this one');
    await page.getByLabel('New password', { exact: true }).fill('quiet lanterns drift over harbour');
    await page.getByText('Strong').waitFor();
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not the current password.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Current password', { exact: true }).fill('a sound pass phrase');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('1 other session has ended').first().waitFor();
    await other.page.getByRole('dialog', { name: 'Sign in again' }).waitFor();

    await page.getByRole('link', { name: 'Your data' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    expect(file.user).toMatchObject({ email, displayName: 'Grace' });

    await page.getByRole('button', { name: 'Delete account' }).click();
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('quiet lanterns drift over harbour');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(here.problems).toEqual([]);
    await here.context.close();
    await other.context.close();
  });
});
