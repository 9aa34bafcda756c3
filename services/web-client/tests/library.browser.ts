import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { signIn, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const MANY = 1_000;

const stage = setStage({
  defaultModel: 'brief:latest',
  models: { 'brief:latest': { kind: 'scripted', text: 'Fine.' } },
});

/** An account with conversations of these titles, the first one the latest, and a way to ask the server for more. */
async function accountWith(titles: readonly string[]) {
  const email = `${randomUUID()}@example.com`;
  const headers = { 'content-type': 'application/json', authorization: '' };
  async function ask(method: string, path: string, body: unknown) {
    const response = await fetch(`${stage.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    expect([path, response.status < 300]).toEqual([path, true]);
    return response.text();
  }
  const account = { email, password: 'a sound pass phrase', displayName: 'Ada', tokenDelivery: 'body' };
  headers.authorization = `Bearer ${JSON.parse(await ask('POST', '/auth/register', account)).accessToken}`;
  const conversations = titles.map((title, index) => {
    const createdAt = new Date(Date.now() - index * 1_000).toISOString();
    const messages = [{ id: 'a', parentId: null, role: 'user', content: title, createdAt }];
    return { title, createdAt, updatedAt: createdAt, messages };
  });
  await ask('POST', '/conversations/import', { format: 'chatbot.conversations', version: 1, conversations });
  return { email, ask };
}

async function enter(email: string, options: Parameters<typeof visit>[2] = {}) {
  const visited = await visit(stage.browser, stage.url, options);
  await signIn(visited.page, { email });
  await visited.page.getByRole('textbox', { name: 'Message' }).waitFor();
  return visited;
}

function list(page: Page) {
  return page.getByRole('navigation', { name: 'Conversations' });
}

function listed(page: Page, title: string | RegExp) {
  return list(page).getByRole('link', { name: title });
}

async function show(page: Page, place: string) {
  await page.getByRole('button', { name: /^Shown:/ }).click();
  await page.getByRole('menuitemradio', { name: place }).click();
  await page.getByRole('button', { name: `Shown: ${place}` }).waitFor();
}

/** Drags a conversation onto one of the places that appear when it is dragged. */
async function dragOnto(page: Page, conversation: Locator, place: string) {
  await conversation.hover();
  await page.mouse.down();
  const box = await conversation.boundingBox();
  if (box === null) throw new Error('the conversation is not in sight');
  await page.mouse.move(box.x + 20, box.y + 40, { steps: 4 });
  await page.getByText('Move to which folder?').waitFor();
  const target = page.getByRole('complementary').getByText(place, { exact: true }).last();
  const { x = 0, y = 0, width = 0, height = 0 } = (await target.boundingBox()) ?? {};
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
  await page.mouse.up();
}

/** What axe finds, and whether the page is wider than its window. */
async function look(page: Page): Promise<string[]> {
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  return [...(await axeFindings(page)), ...(fits ? [] : ['wider than the window'])];
}

describe('a list', () => {
  it('shows what is unread as it comes, marks it by hand, and shows that alone', async () => {
    const { email, ask } = await accountWith(['Roses', 'Ferns']);
    const { page, context, problems } = await enter(email);
    await listed(page, 'Roses').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mark as unread' }).click();
    await listed(page, 'Roses (unread)').waitFor();
    await ask('POST', '/conversations/new/messages', { clientMessageId: randomUUID(), content: 'Tulips' });
    await listed(page, /\(unread\)/)
      .nth(1)
      .waitFor();
    await show(page, 'Unread');
    await expect.poll(() => listed(page, /\(unread\)/).count()).toBe(2);
    expect(await listed(page, 'Ferns').count()).toBe(0);
    expect(await look(page)).toEqual([]);
    await listed(page, 'Roses (unread)').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mark as read' }).click();
    await expect.poll(() => listed(page, /\(unread\)/).count()).toBe(1);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('is dragged into folders, a new one and one that is there, and taken out again', async () => {
    const { email, ask } = await accountWith(['Roses', 'Ferns']);
    await ask('POST', '/folders', { name: 'Shade' });
    const { page, context, problems } = await enter(email);
    await dragOnto(page, listed(page, 'Ferns'), 'Shade');
    await page.getByText('1 conversation is in “Shade” now.').first().waitFor();
    expect(await page.getByText('Move to which folder?').count()).toBe(0);

    await dragOnto(page, listed(page, 'Roses'), 'New folder');
    await page.getByRole('textbox', { name: 'Name of the folder' }).fill('Sun');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 conversation is in “Sun” now.').first().waitFor();
    await show(page, 'Sun');
    await expect.poll(() => list(page).getByRole('link').first().textContent()).toBe('Roses');
    expect(await listed(page, 'Ferns').count()).toBe(0);

    await dragOnto(page, listed(page, 'Roses'), 'No folder');
    await listed(page, 'Roses').waitFor({ state: 'detached' });
    await show(page, 'Shade');
    await listed(page, 'Ferns').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('is put into folders and under tags, and shown by them, on a phone in the dark', async () => {
    const { email } = await accountWith(['Roses', 'Ferns']);
    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const };
    const { page, context, problems } = await enter(email, phone);
    await page.getByRole('button', { name: 'Open conversations' }).click();
    await page.getByRole('button', { name: 'Options for “Roses”' }).click();
    await page.getByRole('menuitem', { name: 'Move to a folder' }).click();
    await page.getByRole('dialog', { name: 'Move to which folder?' }).waitFor();
    await page.getByRole('button', { name: 'New folder' }).click();
    expect(await look(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Name of the folder' }).fill('Garden');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 conversation is in “Garden” now.').first().waitFor();

    await page.getByRole('button', { name: 'Options for “Ferns”' }).click();
    await page.getByRole('menuitem', { name: 'Tags' }).click();
    await page.getByRole('combobox', { name: 'Add a tag' }).fill('shade');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Remove the tag shade' }).waitFor();
    expect(await look(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The tags of 1 conversation are changed.').first().waitFor();

    await show(page, 'Garden');
    await listed(page, 'Ferns').waitFor({ state: 'detached' });
    await listed(page, 'Roses').waitFor();
    expect(await look(page)).toEqual([]);
    await page.getByRole('button', { name: 'Shown: Garden' }).click();
    await page.getByRole('menuitem', { name: 'Rename folder' }).click();
    await page.getByRole('textbox', { name: 'Name of the folder' }).fill('Yard');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Shown: Yard' }).click();
    await page.getByRole('menuitemradio', { name: /^shade/ }).click();
    await listed(page, 'Ferns').waitFor();
    await listed(page, 'Roses').waitFor({ state: 'detached' });
    await show(page, 'Yard');
    await page.getByRole('button', { name: 'Shown: Yard' }).click();
    await page.getByRole('menuitem', { name: 'Delete folder' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete folder' }).click();
    await page.getByRole('button', { name: 'Shown: All conversations' }).waitFor();
    await listed(page, 'Roses').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

it('the folders are those of every device: one that is made, renamed or deleted elsewhere', async () => {
  const { email, ask } = await accountWith(['Roses']);
  const { page, context, problems } = await enter(email);
  await page.getByRole('button', { name: 'Shown: All conversations' }).click();
  const { id } = JSON.parse(await ask('POST', '/folders', { name: 'Shed' }));
  await page.getByRole('menuitemradio', { name: 'Shed' }).waitFor();
  await ask('PATCH', `/folders/${id}`, { version: 1, name: 'Barn' });
  await page.getByRole('menuitemradio', { name: 'Barn' }).waitFor();
  await ask('DELETE', `/folders/${id}`, undefined);
  await page.getByRole('menuitemradio', { name: 'Barn' }).waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
  await context.close();
});

/** Once each, whatever else is in the list. */
const TREES = /^(Alder|Beech|Cedar|Dogwood)$/;

describe('several conversations', () => {
  it('are chosen by mouse and keyboard, changed at once, and each time taken back', async () => {
    const { email } = await accountWith(['Alder', 'Beech', 'Cedar', 'Dogwood']);
    const { page, context, problems } = await enter(email);
    const box = (name: string) => list(page).getByRole('checkbox', { name });
    await listed(page, 'Alder').click({ modifiers: ['Shift'] });
    await box('Cedar').click({ modifiers: ['Shift'] });
    await page.getByText('3 chosen').waitFor();
    await box('Beech').focus();
    await page.keyboard.press('Space');
    await page.getByText('2 chosen').waitFor();
    expect(await look(page)).toEqual([]);
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await expect.poll(() => listed(page, TREES).allTextContents()).toEqual(['Beech', 'Dogwood']);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(() => listed(page, TREES).allTextContents()).toEqual(['Alder', 'Beech', 'Cedar', 'Dogwood']);

    await page.getByRole('button', { name: 'Choose several' }).click();
    await page.getByRole('checkbox', { name: 'Choose all' }).check();
    await page.getByText('4 chosen').waitFor();
    await page.getByRole('button', { name: 'Move to trash' }).click();
    await page.getByText('Your conversations will appear here.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(() => listed(page, TREES).allTextContents()).toEqual(['Alder', 'Beech', 'Cedar', 'Dogwood']);

    await page.getByRole('button', { name: /^Order/ }).click();
    await page.getByRole('menuitemradio', { name: 'By title' }).click();
    await page.getByRole('heading', { name: 'By title' }).waitFor();
    await page.getByRole('button', { name: 'Choose several' }).click();
    await page.keyboard.press('Escape');
    await listed(page, 'Alder').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('a thousand conversations', () => {
  it('are in the list to the last one, of which the page never holds more than what is near', async () => {
    const { email } = await accountWith(Array.from({ length: MANY }, (_unused, index) => `Number ${index}`));
    const { page, context } = await enter(email);
    await listed(page, 'Number 0').first().waitFor();
    const last = listed(page, `Number ${MANY - 1}`);
    let most = 0;
    await expect
      .poll(
        async () => {
          // Each time to the end of what is there; the next page comes by itself.
          most = Math.max(most, await list(page).getByRole('link').count());
          await list(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
          return last.count();
        },
        { timeout: 60_000 },
      )
      .toBe(1);
    expect(most).toBeLessThan(120);
    await context.close();
  });
});
