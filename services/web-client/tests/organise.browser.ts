import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { focused, reply, replyWith, send, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const stage = setStage({
  defaultModel: 'echo:latest',
  models: { 'echo:latest': { kind: 'scripted', reply: (messages) => `You said: ${messages.at(-1)?.content}` } },
});

/** A conversation in the list, read or not, or another place there. */
function listed(page: Page, title: string) {
  const name = new RegExp(`^${title}( \\(unread\\))?$`);
  return page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name });
}

async function rename(page: Page, title: string): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Options for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.keyboard.press('Enter');
  await listed(page, title).waitFor();
}

/** Lets somebody else rename the conversation between what the page shows and what it sends next. */
async function renameBehind(page: Page, title: string): Promise<void> {
  await page.route(
    '**/api/v1/conversations/*',
    async (route) => {
      const request = route.request();
      const headers = {
        authorization: request.headers().authorization ?? '',
        'content-type': 'application/json',
      };
      // Whatever else changes the conversation at this moment, this is one more change.
      let { version } = request.postDataJSON();
      for (let status = 409; status === 409; ) {
        const body = JSON.stringify({ version, title });
        const answer = await fetch(request.url(), { method: 'PATCH', headers, body });
        status = answer.status;
        if (status === 409) version = (await answer.json()).current.version;
        else expect(status).toBe(200);
      }
      await route.continue();
    },
    { times: 1 },
  );
}

describe('a conversation', () => {
  it('has the name that a person gave it last, also when it got another one in that moment', async () => {
    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await send(page, 'a garden in the sun');
    await replyWith(page, 'completed').waitFor();
    await renameBehind(page, 'Lilies');
    await rename(page, 'Roses');
    await page.reload();
    await listed(page, 'Roses').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('is pinned, archived, thrown away, and each time taken back', async () => {
    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await send(page, 'a garden in the shade');
    await replyWith(page, 'completed').waitFor();
    await rename(page, 'Ferns');

    await listed(page, 'Ferns').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
    await page.getByRole('heading', { name: 'Pinned' }).waitFor();

    await listed(page, 'Ferns').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await listed(page, 'Ferns').waitFor({ state: 'detached' });
    await listed(page, 'Archive').click();
    await page.getByRole('link', { name: 'Ferns' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take out of the archive: Ferns' }).click();
    await listed(page, 'Ferns').click();
    await page.getByRole('heading', { name: 'Ferns', level: 1 }).waitFor();

    await page.getByRole('main').getByRole('button', { name: 'Options for “Ferns”' }).click();
    await page.getByRole('menuitem', { name: 'Move to trash' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await listed(page, 'Ferns').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.waitForURL(/\/c\//);
    await expect.poll(() => reply(page).textContent()).toContain('a garden in the shade');

    await page.getByRole('main').getByRole('button', { name: 'Options for “Ferns”' }).click();
    await page.getByRole('menuitem', { name: 'Move to trash' }).click();
    await listed(page, 'Trash').click();
    await page.getByText('Ferns', { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete for good: Ferns' }).click();
    await page.getByRole('button', { name: 'Delete for good', exact: true }).click();
    await page.getByText('The trash is empty.').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('search', () => {
  it('finds a message by the palette and by its page, and leads to it on its own branch', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await send(page, 'tell me about the albatross');
    await replyWith(page, 'completed').waitFor();
    await page.getByRole('article', { name: 'You' }).hover();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Edit message' }).fill('tell me about the penguin');
    await page.getByRole('button', { name: 'Send edited message' }).click();
    await expect.poll(() => reply(page).textContent()).toContain('penguin');
    await replyWith(page, 'completed').waitFor();
    expect(await page.getByTestId('message').getByText('albatross').count()).toBe(0);
    await rename(page, 'Birds');

    await page.keyboard.press('Control+k');
    await focused(page, page.getByRole('combobox'));
    await page.keyboard.type('albatross');
    const hit = page
      .getByRole('group', { name: 'Messages' })
      .getByRole('option', { name: 'Birds You said: tell me about the albatross' });
    await hit.click();
    await page.waitForURL(/message=/);
    await expect.poll(() => reply(page).textContent()).toContain('albatross');
    await page.getByRole('link', { name: 'Show the latest' }).click();
    await expect.poll(() => reply(page).textContent()).toContain('penguin');

    await page.keyboard.press('Control+k');
    await focused(page, page.getByRole('combobox'));
    await page.keyboard.type('albatross');
    await page.getByRole('option', { name: /^Search every message/ }).click();
    await page.locator('mark').first().waitFor();
    expect(new Set(await page.locator('mark').allTextContents())).toEqual(new Set(['albatross']));
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Written by' }).selectOption('people');
    await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
    await page.getByRole('main').getByRole('listitem').getByRole('link').click();
    await page.waitForURL(/message=/);
    await page.getByRole('article', { name: 'You' }).getByText('albatross').waitFor();
    await context.close();
  });
});
