import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { focused, replyWith, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const stage = setStage({
  defaultModel: 'brief:latest',
  models: { 'brief:latest': { kind: 'scripted', text: 'Yeast rises.' } },
});

describe('without a mouse', () => {
  it('one sends, opens another chat, finds the first again and gives the focus back', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    const box = page.getByRole('textbox', { name: 'Message' });

    await focused(page, box);
    await page.keyboard.type('Bread without yeast');
    await page.keyboard.press('Enter');
    await replyWith(page, 'completed').waitFor();
    const first = page.url();

    await page.keyboard.press('Control+Shift+O');
    await page.waitForURL((url) => url.pathname === '/');
    await page.keyboard.press('Control+k');
    await focused(page, page.getByRole('combobox'));
    await page.keyboard.type('yeast');
    // The conversation or a hit in it, before the search of everything.
    const found = /^(?!Search).*yeast/i;
    await expect.poll(() => page.getByRole('option').first().textContent()).toMatch(found);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === new URL(first).pathname);

    await box.focus();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.press('Escape');
    await focused(page, box);

    await page.keyboard.type('?');
    expect(await box.inputValue()).toBe('?');
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await context.close();
  });
});

describe('in German', () => {
  it('everything is said in German, at once, after a reload and for a browser that asks for it', async () => {
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await focused(page, page.getByRole('textbox', { name: 'Message' }));
    await page.keyboard.type('ein Entwurf');
    await page.keyboard.press('Control+k');
    await focused(page, page.getByRole('combobox'));
    await page.keyboard.type('Deutsch');
    await page.keyboard.press('Enter');
    const box = page.getByRole('textbox', { name: 'Nachricht' });
    await expect.poll(() => box.inputValue()).toBe('ein Entwurf');
    await page.reload();
    await box.waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await context.close();

    const german = await visit(stage.browser, stage.url, { locale: 'de-AT' });
    await german.page.getByRole('button', { name: 'Konto anlegen' }).first().waitFor();
    await german.context.close();
  });
});
