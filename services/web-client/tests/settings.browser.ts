import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { replyWith, send, signIn, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const TOKENS_PER_DAY = 5_000;
/** With the few hundred of what is asked, less than a tenth is left after it. */
const COSTLY_TOKENS = 4_200;

const stage = setStage({
  defaultModel: 'brief:latest',
  models: {
    'brief:latest': { kind: 'scripted', text: 'Fine.' },
    'costly:latest': { kind: 'scripted', tokens: COSTLY_TOKENS },
  },
  env: { QUOTA_TOKENS_PER_DAY: String(TOKENS_PER_DAY) },
});

describe('preferences', () => {
  it('hold on every device: theme, language, the Enter key and what new chats begin with', async () => {
    const email = `${randomUUID()}@example.com`;
    const here = await visit(stage.browser, stage.url);
    await signUp(here.page, { email });
    await here.page.goto(`${stage.url}/settings/preferences`);
    await here.page.getByRole('radio', { name: 'Dark' }).click();
    await here.page.getByRole('switch', { name: 'Enter sends' }).click();
    await here.page.getByRole('combobox', { name: 'Persona' }).selectOption({ label: 'Analytical' });
    // They are stored one after the other; this is the last of them.
    const stored = here.page.waitForResponse(
      (response) =>
        response.ok() && response.request().method() === 'PUT' && response.request().postDataJSON().language === 'de',
    );
    await here.page.getByRole('main').getByRole('combobox', { name: 'Language' }).selectOption('Deutsch');
    await here.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await stored;

    const there = await visit(stage.browser, stage.url);
    await signIn(there.page, { email });
    const box = there.page.getByRole('textbox', { name: 'Nachricht' });
    await box.waitFor();
    await there.page.getByRole('button', { name: 'Persona: Analytical' }).waitFor();
    await expect.poll(() => there.page.locator('html').getAttribute('data-theme')).toBe('dark');
    await box.fill('eins');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('eins\n');
    await box.press('Control+Enter');
    await there.page.waitForURL(/\/c\//);
    await here.context.close();
    await there.context.close();
  });
});

/** The request to the model that a message led to. */
function requestOf(question: string) {
  return stage.sim.waitFor(({ messages }) => messages.at(-1)?.content === question, { timeoutMs: 60_000 });
}

describe('sampling', () => {
  it('is checked, kept, and goes with what is sent', async () => {
    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.goto(`${stage.url}/settings/preferences`);
    await page.getByRole('textbox', { name: 'Temperature' }).fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A number from 0 to 2.').waitFor();
    await page.getByRole('textbox', { name: 'Temperature' }).fill('0.3');
    await page.getByRole('textbox', { name: 'Seed' }).fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'New chat' }).click();
    await send(page, 'with a seed');
    expect((await requestOf('with a seed')).options).toMatchObject({ temperature: 0.3, seed: 7 });
    await replyWith(page, 'completed').waitFor();

    await page.getByRole('link', { name: 'New chat' }).click();
    await page.getByRole('button', { name: 'Sampling' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sampling in this conversation' });
    await dialog.getByText('When empty: 0.3.').waitFor();
    await dialog.getByRole('textbox', { name: 'Temperature' }).fill('1.2');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Sampling: 1 value set' }).waitFor();
    await send(page, 'the first of many');
    await page.waitForURL(/\/c\//);
    await repliedWith(page, ['temperature 1.2', 'seed 7']);
    await send(page, 'the second of many');
    expect((await requestOf('the first of many')).options).toMatchObject({ temperature: 1.2, seed: 7 });
    expect((await requestOf('the second of many')).options).toMatchObject({ temperature: 1.2, seed: 7 });
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('the sampling of a conversation', () => {
  it('goes before what one prefers, shows on another device and beside replies, is checked, and is emptied', {
    timeout: 180_000,
  }, async () => {
    const email = `${randomUUID()}@example.com`;
    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email });
    await page.goto(`${stage.url}/settings/preferences`);
    await page.getByRole('textbox', { name: 'Temperature' }).fill('0.3');
    await page.getByRole('textbox', { name: 'Seed' }).fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    await page.getByRole('link', { name: 'New chat' }).click();
    await send(page, 'as preferred');
    await repliedWith(page, ['temperature 0.3', 'seed 7']);

    // A phone, so that the fields have to scroll.
    const phone = await visit(stage.browser, stage.url, { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
    await signIn(phone.page, { email });
    await phone.page.getByRole('textbox', { name: 'Message' }).waitFor();
    await phone.page.goto(page.url());
    const there = await openSampling(phone.page);
    await there.getByText('When empty: 0.3.').waitFor();
    const fits = await phone.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    expect([fits, await axeFindings(phone.page)]).toEqual([true, []]);

    const here = await openSampling(page);
    await here.getByRole('textbox', { name: 'Temperature' }).fill('3');
    await here.getByRole('button', { name: 'Save' }).click();
    await here.getByText('A number from 0 to 2.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await here.getByRole('textbox', { name: 'Temperature' }).fill('1,5');
    await here.getByRole('textbox', { name: 'Stop at' }).fill('END');
    await here.getByRole('button', { name: 'Save' }).click();
    await here.waitFor({ state: 'detached' });
    await expect.poll(() => there.getByRole('textbox', { name: 'Temperature' }).inputValue()).toBe('1.5');

    await send(page, 'as decided');
    await repliedWith(page, ['temperature 1.5', 'seed 7', 'stops at “END”']);
    expect((await requestOf('as decided')).options).toMatchObject({ temperature: 1.5, seed: 7, stop: ['END'] });
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await expect
      .poll(() => optionsOf('as decided'))
      .toEqual([
        { temperature: 1.5, seed: 7 },
        { temperature: 1.5, seed: 7 },
      ]);

    await there.getByRole('button', { name: 'Empty all fields' }).click();
    await there.getByRole('button', { name: 'Save' }).click();
    await there.waitFor({ state: 'detached' });
    await send(phone.page, 'as preferred again');
    await repliedWith(phone.page, ['temperature 0.3', 'seed 7']);
    expect([...problems, ...phone.problems]).toEqual([]);
    await context.close();
    await phone.context.close();
  });
});

async function openSampling(page: Page) {
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Options for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Sampling' }).click();
  return page.getByRole('dialog', { name: 'Sampling in this conversation' });
}

/** Waits until the last reply is complete and says that it was asked for with this. */
async function repliedWith(page: Page, asked: string[]) {
  await replyWith(page, 'completed').waitFor();
  const told = replyWith(page, 'completed').getByRole('list', { name: 'Details of this reply' }).getByRole('listitem');
  await expect.poll(async () => (await told.allTextContents()).slice(-asked.length)).toEqual(asked);
}

/** What the model was asked with, each time that a message was answered. */
function optionsOf(question: string) {
  const requests = stage.sim.requests.filter(({ messages }) => messages.at(-1)?.content === question);
  return requests.map(({ options: { temperature, seed } }) => ({ temperature, seed }));
}

describe('a persona of one’s own', () => {
  it('is made, chosen, changed, kept apart from a change elsewhere, and deleted', async () => {
    // So high that a notice covers no button for the seconds that it stays.
    const phone = { viewport: { width: 360, height: 1_600 } };
    const { page, context, problems } = await visit(stage.browser, stage.url, phone);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.getByRole('button', { name: /^Persona:/ }).click();
    await page.getByRole('menuitem', { name: 'Manage personas' }).click();
    await page.getByText('You have no persona of your own yet.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'New persona' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter instructions.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Name' }).fill('Gardener');
    await page.getByRole('textbox', { name: 'Instructions' }).fill('You love roses.');
    await page.getByRole('button', { name: 'Save' }).click();

    const other = await context.newPage();
    await other.goto(`${stage.url}/settings/personas`);
    await page.getByRole('button', { name: 'Edit “Gardener”' }).click();
    await other.getByRole('button', { name: 'Edit “Gardener”' }).click();
    await other.getByRole('textbox', { name: 'Instructions' }).fill('You love ferns.');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText('Saved.').first().waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('Florist');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'As it is stored now' }).getByText('You love ferns.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Florist');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on from that' }).click();
    await expect.poll(() => page.getByRole('textbox', { name: 'Instructions' }).inputValue()).toBe('You love ferns.');
    await page.getByRole('textbox', { name: 'Name' }).fill('Florist');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit “Florist”' }).waitFor();

    await page.goto(stage.url);
    await page.getByRole('button', { name: /^Persona:/ }).click();
    await page.getByRole('menuitemradio', { name: 'Florist' }).click();
    await page.getByRole('button', { name: 'Persona: Florist' }).waitFor();
    await send(page, 'what do you love?');
    expect((await requestOf('what do you love?')).messages[0]?.content).toContain('You love ferns.');

    await page.goto(`${stage.url}/settings/personas`);
    await page.getByRole('button', { name: 'Delete “Florist”' }).click();
    await page.getByRole('button', { name: 'Delete persona' }).click();
    await page.getByText('You have no persona of your own yet.').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('usage', () => {
  it('is told by day and persona, with what is left, before and when nothing is', async () => {
    const email = `${randomUUID()}@example.com`;
    const { page, context, problems } = await visit(stage.browser, stage.url, { colorScheme: 'dark' });
    await signUp(page, { email });
    await send(page, 'what does this cost?');
    await replyWith(page, 'completed').waitFor();
    await page.goto(`${stage.url}/settings/usage`);
    await page.getByText('Tokens today').waitFor();
    // It is counted a moment after the reply.
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByText('Replies at the same time').waitFor();
        return page
          .getByRole('table', { name: 'By persona' })
          .getByRole('row', { name: /^Assistant 1 / })
          .count();
      })
      .toBe(1);
    const today = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date());
    expect(await page.getByTitle(new RegExp(`^${today}: [1-9].* read, [1-9].* written$`)).count()).toBe(1);
    expect(await axeFindings(page)).toEqual([]);

    await spendTokens(email, COSTLY_TOKENS);
    await page.goto(stage.url);
    await page.getByText(/^\d+ tokens are left today\./).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await spendTokens(email, TOKENS_PER_DAY);
    await page.reload();
    await page.getByText(/^The tokens of today are used up\./).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });
});

/** Asks for nearly all that an account may have in a day, on another device, and waits until so much is counted. */
async function spendTokens(email: string, count: number): Promise<void> {
  const call = async (path: string, { body, ...init }: { body?: object; headers?: Record<string, string> }) => {
    const headers = { 'content-type': 'application/json', ...init.headers };
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${stage.url}/api/v1${path}`, { ...request, headers });
    expect(response.ok).toBe(true);
    return response.json();
  };
  const { accessToken } = await call('/auth/login', { body: { email, password: 'a sound pass phrase' } });
  const headers = { authorization: `Bearer ${accessToken}` };
  const asked = { content: 'at length, please', model: 'costly:latest', params: { maxTokens: COSTLY_TOKENS } };
  await call('/conversations/new/messages', { body: { clientMessageId: randomUUID(), ...asked }, headers });
  const used = async () => (await call('/users/me/quota', { headers })).tokens.used;
  await expect.poll(used).toBeGreaterThan(count);
}

describe('the account', () => {
  it('gets another name and password, which end other sessions, and is taken away and deleted', async () => {
    const email = `${randomUUID()}@example.com`;
    const here = await visit(stage.browser, stage.url, { viewport: { width: 360, height: 740 } });
    const { page } = here;
    await signUp(page, { email });
    const other = await visit(stage.browser, stage.url);
    await signIn(other.page, { email });
    await other.page.getByRole('textbox', { name: 'Message' }).waitFor();

    await page.goto(`${stage.url}/settings/profile`);
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
    await page.getByRole('button', { name: 'Download', exact: true }).click();
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
