import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { replyWith, send, signUp, type Visit, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const stage = setStage({
  defaultModel: 'echo:latest',
  models: {
    'echo:latest': { kind: 'scripted', reply: (messages) => `You said: ${messages.at(-1)?.content}` },
    'gated:latest': { kind: 'scripted', tokens: 20, gateAfterTokens: 5 },
  },
});

/** Ada owns the conversation; Grace comes by link, on a phone. */
let ada: Visit;
let grace: Visit;
const graceEmail = `${randomUUID()}@example.com`;

beforeAll(async () => {
  ada = await visit(stage.browser, stage.url);
  await signUp(ada.page, { email: `${randomUUID()}@example.com` });
  await send(ada.page, 'Where shall we meet?');
  await replyWith(ada.page, 'completed').waitFor();
});

async function openMembers(page: Page) {
  await page.getByRole('button', { name: /^(Members|\d+ members)$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Members' });
  await dialog.waitFor();
  return dialog;
}

/** What axe finds, and whether the page is wider than its window. */
async function look(page: Page): Promise<string[]> {
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  return [...(await axeFindings(page)), ...(fits ? [] : ['wider than the window'])];
}

describe('people in one conversation', () => {
  it('come by a link, through sign-up, and see what is there', async () => {
    const dialog = await openMembers(ada.page);
    await dialog.getByRole('combobox', { name: 'Role by link' }).selectOption('reader');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    const address = await dialog.getByRole('textbox', { name: 'Address of the link' }).inputValue();
    expect(await look(ada.page)).toEqual([]);
    await ada.page.keyboard.press('Escape');

    grace = await visit(stage.browser, address, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await grace.page.getByText('You are invited to a conversation. Sign in').waitFor();
    await grace.page.getByLabel('Name').fill('Grace Hopper');
    await grace.page.getByLabel('Email').fill(graceEmail);
    await grace.page.getByLabel('Password', { exact: true }).fill('a sound pass phrase');
    await grace.page.getByRole('button', { name: 'Create account' }).click();
    const join = grace.page.getByRole('button', { name: 'Join as Grace Hopper' });
    await join.waitFor();
    expect(await look(grace.page)).toEqual([]);
    await join.click();
    await grace.page.getByRole('article').getByText('You said: Where shall we meet?').waitFor();
  });

  it('who only read are told why they cannot write, and get another role, which counts at once', async () => {
    await grace.page.getByText('You may read this conversation, but not write in it.').waitFor();
    expect(await grace.page.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
    expect(await grace.page.getByRole('button', { name: 'Regenerate' }).count()).toBe(0);
    const dialog = await openMembers(ada.page);
    const role = dialog.getByRole('combobox', { name: 'Role of Grace Hopper' });
    expect(await role.inputValue()).toBe('reader');
    await role.selectOption('writer');
    await grace.page.getByRole('textbox', { name: 'Message' }).waitFor();
    const members = await openMembers(grace.page);
    await members.getByText('May write').waitFor();
    expect(await look(grace.page)).toEqual([]);
    await grace.page.keyboard.press('Escape');
    await ada.page.keyboard.press('Escape');
  });
});

describe('who is in a conversation', () => {
  it('is seen there and seen typing, and what they write carries their name', async () => {
    await ada.page.getByText('Here now: Grace Hopper').waitFor({ state: 'attached' });
    await grace.page.getByRole('textbox', { name: 'Message' }).pressSequentially('At');
    await ada.page.getByText('Grace Hopper is typing…').waitFor();
    await grace.page.getByRole('textbox', { name: 'Message' }).pressSequentially(' the library.');
    await grace.page.getByRole('button', { name: 'Send' }).click();
    await ada.page.getByRole('article', { name: 'Grace Hopper' }).getByText('At the library.').waitFor();
    await ada.page.getByText('Grace Hopper is typing…').waitFor({ state: 'detached' });
    await ada.page.getByRole('article', { name: 'Assistant' }).getByText('At the library.').waitFor();
    await grace.page.getByRole('article', { name: 'You' }).getByText('At the library.').waitFor();
    await grace.page.getByRole('article', { name: 'Ada' }).getByText('Where shall we meet?').waitFor();
    await ada.page.locator('[data-row]').last().getByText('Read by Grace Hopper').waitFor();
    expect(await look(ada.page)).toEqual([]);
    expect(await look(grace.page)).toEqual([]);
  });

  it('finds what is new below a line, and answers only come when they are asked for', async () => {
    await grace.page.goto(`${stage.url}/archive`);
    await ada.page.getByText('Here now: Grace Hopper').waitFor({ state: 'detached' });
    const dialog = await openMembers(ada.page);
    await dialog.getByRole('combobox', { name: 'The assistant answers' }).selectOption('when addressed');
    await ada.page.keyboard.press('Escape');
    await ada.page.getByText('The assistant answers messages with @assistant or @ai in them.').waitFor();
    const replyCount = await ada.page.getByRole('article', { name: 'Assistant' }).count();
    await send(ada.page, 'At noon, then.');
    // The next one can be sent when the server has this one.
    await ada.page.locator('[data-testid=message][data-status=completed]').getByText('At noon, then.').waitFor();
    await send(ada.page, 'And we agree, @ai?');
    await expect.poll(() => ada.page.getByRole('article', { name: 'Assistant' }).count()).toBe(replyCount + 1);
    await replyWith(ada.page, 'completed').getByText('And we agree').waitFor();
    await grace.page.goto(ada.page.url());
    const row = grace.page.locator('[data-row]').filter({ hasText: 'New messages' });
    await row.getByText('At noon, then.').waitFor();
    await grace.page.getByText('The assistant answers messages with @assistant or @ai in them.').waitFor();
  });
});

describe('a reply that is being written', () => {
  it('shows in the list of every device, also of one that comes later, until it ends', async () => {
    const busy = (page: Page) =>
      page.getByRole('navigation', { name: 'Conversations' }).getByText('(reply being written)');
    await ada.page.getByRole('button', { name: /^Model:/ }).click();
    await ada.page.getByRole('menuitemradio', { name: 'gated:latest', exact: true }).click();
    await send(ada.page, 'Tell us at length, @ai.');
    const asked = await stage.sim.waitFor(({ model, tokensSent }) => model === 'gated:latest' && tokensSent === 5);
    await busy(ada.page).waitFor();
    await grace.page.goto(`${stage.url}/archive`);
    await grace.page.getByRole('button', { name: 'Open conversations' }).click();
    await busy(grace.page).waitFor();
    stage.sim.release({ id: asked.id });
    await busy(ada.page).waitFor({ state: 'detached' });
    await busy(grace.page).waitFor({ state: 'detached' });
    await grace.page.goto(ada.page.url());
    await ada.page.getByRole('button', { name: /^Model:/ }).click();
    await ada.page.getByRole('menuitemradio', { name: 'echo:latest', exact: true }).click();
  });
});

describe('a draft', () => {
  it('is on the other device, outlives a crash without a connection, and is gone everywhere once it is sent', async () => {
    const box = (page: Page) => page.getByRole('textbox', { name: 'Message' });
    const other = await ada.context.newPage();
    await other.goto(ada.page.url());
    await box(ada.page).fill('Bring the map');
    await expect.poll(() => box(other).inputValue()).toBe('Bring the map');

    await ada.context.setOffline(true);
    await ada.page.getByText('Connection lost').waitFor();
    await box(ada.page).fill('Bring the map and a lamp');
    await ada.page.close();
    await ada.context.setOffline(false);
    ada.page = await ada.context.newPage();
    await ada.page.goto(other.url());
    await expect.poll(() => box(ada.page).inputValue()).toBe('Bring the map and a lamp');
    await expect.poll(() => box(other).inputValue()).toBe('Bring the map and a lamp');
    await ada.page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => box(other).inputValue()).toBe('');
    await other.close();
  });
});

describe('who is no member any more', () => {
  it('sees so at once on the open page, by removal and on an old link', async () => {
    const dialog = await openMembers(ada.page);
    await dialog.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await grace.page.getByRole('heading', { name: 'No longer open to you' }).waitFor();
    expect(await grace.page.getByText('Where shall we meet?').count()).toBe(0);
    expect(await look(grace.page)).toEqual([]);
    await grace.page.goto(`${stage.url}/join#${'x'.repeat(43)}`);
    await grace.page.getByRole('button', { name: 'Join as Grace Hopper' }).click();
    await grace.page.getByRole('heading', { name: 'This invitation does not work any more' }).waitFor();

    await dialog.getByLabel('Invite by email address').fill('nobody@example.com');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText('No account has this address.').waitFor();
    await dialog.getByLabel('Invite by email address').fill(graceEmail);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('combobox', { name: 'Role of Grace Hopper' }).waitFor();
    await ada.page.keyboard.press('Escape');
  });

  it('leaves after a question', async () => {
    const { page } = grace;
    await page.getByRole('button', { name: 'Open conversations' }).click();
    await page.getByRole('link', { name: /meet/ }).first().click();
    const dialog = await openMembers(page);
    await dialog.getByRole('button', { name: 'Leave conversation' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave conversation' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await ada.page.getByRole('button', { name: 'Members', exact: true }).waitFor();
    expect([...ada.problems, ...grace.problems]).toEqual([]);
  });
});
