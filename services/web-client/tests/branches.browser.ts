import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { reply, replyWith, send, signIn, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

let replyCount = 0;
const stage = setStage({
  defaultModel: 'echo:latest',
  models: {
    'echo:latest': {
      kind: 'scripted',
      reply: (messages) => `Reply ${++replyCount} to: ${messages.at(-1)?.content}`,
    },
  },
});

function question(page: Page) {
  return page.getByRole('article', { name: 'You' }).last();
}

function replyText(page: Page) {
  return expect.poll(() => reply(page).textContent());
}

async function waitForReply(page: Page, to: string): Promise<void> {
  await replyText(page).toContain(`to: ${to}`);
  await replyWith(page, 'completed').waitFor();
}

/** The answer to a rating. */
function answered(page: Page, rating: object) {
  return page.waitForResponse((response) => {
    const isRating = response.url().endsWith('/feedback');
    return isRating && JSON.stringify(response.request().postDataJSON()) === JSON.stringify(rating);
  });
}

it('every version of a message and of a reply is reached, and the one that is chosen is shown on every device', async () => {
  const email = `${randomUUID()}@example.com`;
  const { page, context, problems } = await visit(stage.browser, stage.url);
  await signUp(page, { email });
  await send(page, 'tell me about the heron');
  await waitForReply(page, 'tell me about the heron');
  expect(await page.getByRole('group', { name: 'Versions' }).count()).toBe(0);

  await question(page).hover();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit message' }).fill('tell me about the kestrel');
  await page.getByRole('button', { name: 'Send edited message' }).click();
  await waitForReply(page, 'tell me about the kestrel');
  const second = await reply(page).textContent();
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await reply(page).getByText('Version 2 of 2').waitFor();
  await waitForReply(page, 'tell me about the kestrel');
  await replyText(page).not.toBe(second);

  const other = await visit(stage.browser, stage.url);
  await signIn(other.page, { email });
  await other.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').last().waitFor();
  await other.page.goto(page.url());
  await waitForReply(other.page, 'tell me about the kestrel');

  await reply(page).getByRole('button', { name: 'Previous version' }).click();
  await reply(page).getByText('Version 1 of 2').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Next version');
  await question(page).getByRole('button', { name: 'Previous version' }).click();
  await waitForReply(page, 'tell me about the heron');
  await waitForReply(other.page, 'tell me about the heron');
  await question(other.page).getByText('Version 1 of 2').waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await page.reload();
  await waitForReply(page, 'tell me about the heron');
  await send(page, 'and what does it eat?');
  await waitForReply(page, 'and what does it eat?');
  await page.getByRole('article', { name: 'You' }).first().getByRole('button', { name: 'Next version' }).click();
  await waitForReply(page, 'tell me about the kestrel');
  expect(problems).toEqual([]);
  await other.context.close();
  await context.close();
});

it('a reply is rated, with a word on what was wrong, and the rating is kept until it is taken back', async () => {
  const { page, context, problems } = await visit(stage.browser, stage.url);
  await signUp(page, { email: `${randomUUID()}@example.com` });
  await send(page, 'rate me');
  await waitForReply(page, 'rate me');
  const pressed = (name: string) => reply(page).getByRole('button', { name, pressed: true });

  await reply(page).getByRole('button', { name: 'Bad reply' }).click();
  await page.getByLabel('What was wrong with it? You need not say.').fill('It only repeats me.');
  expect(await axeFindings(page)).toEqual([]);
  const kept = answered(page, { rating: 'down', comment: 'It only repeats me.' });
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
  expect((await kept).status()).toBe(204);

  await page.reload();
  await pressed('Bad reply').waitFor();
  const takenBack = answered(page, { rating: null });
  await pressed('Bad reply').click();
  expect((await takenBack).status()).toBe(204);
  await page.reload();
  await reply(page).getByRole('button', { name: 'Bad reply', pressed: false }).waitFor();
  expect(problems).toEqual([]);
  await context.close();
});
