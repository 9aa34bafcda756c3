import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { reply, replyWith, send, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const stage = setStage({
  defaultModel: 'echo:latest',
  models: {
    'echo:latest': { kind: 'scripted', reply: (messages) => `You said: **${messages.at(-1)?.content}**` },
  },
});

async function choose(page: Page, entry: string): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Options for/ })
    .click();
  await page.getByRole('menuitem', { name: entry }).click();
}

async function ask(page: Page, question: string): Promise<void> {
  await send(page, question);
  await expect.poll(() => reply(page).textContent()).toContain(question);
  await replyWith(page, 'completed').waitFor();
}

it('a link shows a frozen copy to anybody, who goes on with it as their own, until it is revoked', async () => {
  const { page, context, problems } = await visit(stage.browser, stage.url);
  await signUp(page, { email: `${randomUUID()}@example.com` });
  await ask(page, 'where do otters sleep?');
  await choose(page, 'Share…');
  await page.getByRole('button', { name: 'Create link' }).click();
  const address = await page.getByLabel('Address of the link').inputValue();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await ask(page, 'this came after the link');

  const guest = await visit(stage.browser, address);
  await guest.page.getByText('where do otters sleep?').first().waitFor();
  await guest.page.locator('strong', { hasText: 'where do otters sleep?' }).waitFor();
  expect(await guest.page.getByText('this came after the link').count()).toBe(0);
  expect(await guest.page.content()).not.toContain('Ada');
  expect(await axeFindings(guest.page)).toEqual([]);

  await guest.page.getByRole('button', { name: 'Sign in to continue' }).click();
  await guest.page.getByLabel('Name').waitFor();
  await guest.page.goBack();
  await guest.page.getByRole('button', { name: 'Sign in to continue' }).click();
  await guest.page.getByLabel('Name').fill('Grace');
  await guest.page.getByLabel('Email').fill(`${randomUUID()}@example.com`);
  await guest.page.getByLabel('Password', { exact: true }).fill('a sound pass phrase');
  await guest.page.getByRole('button', { name: 'Create account' }).click();
  await guest.page.getByRole('button', { name: 'Continue as a copy' }).click();
  await guest.page.waitForURL(/\/c\//);
  await ask(guest.page, 'and what do they eat?');
  expect(await guest.page.getByTestId('message').getByText('where do otters sleep?').count()).toBeGreaterThan(0);

  await choose(page, 'Share…');
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByRole('button', { name: /^Revoke/ }).waitFor({ state: 'detached' });
  await guest.page.goto(address);
  await guest.page.getByRole('heading', { name: 'Nothing here any more' }).waitFor();
  expect(await axeFindings(guest.page)).toEqual([]);
  expect([...problems, ...guest.problems, ...guest.foreignRequests]).toEqual([]);
  await guest.context.close();
  await context.close();
});

it('conversations leave as files and come back from them, each once, and what is no export is refused', async () => {
  const { page, context, problems } = await visit(stage.browser, stage.url, { acceptDownloads: true });
  await signUp(page, { email: `${randomUUID()}@example.com` });
  await ask(page, 'how tall is a giraffe?');
  await choose(page, 'Export…');
  expect(await axeFindings(page)).toEqual([]);
  const markdown = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Markdown' }).click();
  expect(await readFile(await (await markdown).path(), 'utf8')).toContain('how tall is a giraffe?');

  await page.goto(`${stage.url}/settings/data`);
  const all = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download conversations' }).click();
  const file = { name: 'mine.json', mimeType: 'application/json', buffer: await readFile(await (await all).path()) };

  const other = await visit(stage.browser, stage.url);
  await signUp(other.page, { email: `${randomUUID()}@example.com` });
  await other.page.goto(`${stage.url}/settings/data`);
  const input = other.page.getByLabel('Export file to import');
  await input.setInputFiles(file);
  await other.page.getByText('1 imported', { exact: true }).waitFor();
  expect(await other.page.getByRole('main').getByRole('listitem').getByRole('link').count()).toBe(1);
  expect(await axeFindings(other.page)).toEqual([]);
  await input.setInputFiles(file);
  await other.page.getByText('0 imported, 1 were there already').waitFor();
  await input.setInputFiles({ ...file, buffer: Buffer.from('[{"no": "conversation"}]') });
  await other.page.getByText('0 imported, 1 failed').waitFor();
  await other.page.getByRole('listitem').filter({ hasText: 'Number 1: ' }).waitFor();
  await input.setInputFiles({ ...file, buffer: Buffer.from('no export at all') });
  await other.page.getByRole('alert').waitFor();
  await other.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first().waitFor();
  expect([...problems, ...other.problems]).toEqual([]);
  await other.context.close();
  await context.close();
});
