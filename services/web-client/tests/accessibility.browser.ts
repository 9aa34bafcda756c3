import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { replyWith, send, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const reply = [
  '# A heading',
  'Some *words* with a [link](https://example.com) and `code`.',
  '- one\n- two',
  '- [x] done\n- [ ] open',
  '| a | b |\n| - | - |\n| 1 | 2 |',
  '```ts\nconst answer: number = 42; // the answer\n```',
  '> a quotation',
].join('\n\n');

const CODE_LINES = 40;
const longCode = Array.from({ length: CODE_LINES }, (_unused, index) => `const line${index + 1} = ${index};`).join(
  '\n',
);

const stage = setStage({
  defaultModel: 'rich:latest',
  models: {
    'rich:latest': { kind: 'scripted', text: reply },
    'coder:latest': { kind: 'scripted', text: `\`\`\`ts\n${longCode}\n\`\`\`` },
  },
});

const looks = [
  ['light on a desktop', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const }],
  ['dark on a desktop', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' as const }],
  ['light on a phone', { viewport: { width: 360, height: 740 }, colorScheme: 'light' as const, hasTouch: true }],
  ['dark on a phone', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const, hasTouch: true }],
] as const;

describe.each(looks)('%s', (_name, options) => {
  it('every screen meets WCAG 2.2 AA and fits the width', async () => {
    const { page, context, problems } = await visit(stage.browser, stage.url, options);
    const findings: Record<string, string[]> = {};
    async function look(screen: string): Promise<void> {
      const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      findings[screen] = [...(await axeFindings(page)), ...(fits ? [] : ['wider than the window'])];
    }

    await page.getByRole('button', { name: 'Create account' }).waitFor();
    await look('sign-up');
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look('a new chat');
    await send(page, 'show me everything');
    await replyWith(page, 'completed').waitFor();
    await look('a conversation');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await look('the palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await look('the shortcuts');
    await page.keyboard.press('Escape');
    await openSidebar(page);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('radiogroup').waitFor();
    await look('the account menu');
    await page.keyboard.press('Escape');
    await page.goto(`${stage.url}/c/${randomUUID()}`);
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    await look('a missing conversation');

    expect(findings).toEqual(Object.fromEntries(Object.keys(findings).map((screen) => [screen, []])));
    expect(problems).toEqual([]);
    await context.close();
  });
});

it('long code is folded until somebody asks for it, and nothing moves for those who want no motion', async () => {
  const { page, context, problems } = await visit(stage.browser, stage.url, { reducedMotion: 'reduce' });
  await signUp(page, { email: `${randomUUID()}@example.com` });
  await page.getByRole('button', { name: /^Model:/ }).click();
  await page.getByRole('menuitemradio', { name: 'coder:latest' }).click();
  await send(page, 'a program, please');
  await replyWith(page, 'completed').waitFor();
  // What one has seen being written stays open.
  await page.reload();
  const open = page.getByRole('button', { name: `Show all ${CODE_LINES} lines` });
  await open.waitFor();
  const code = page.locator('pre');
  const isWhole = () => code.evaluate(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight);
  expect(await isWhole()).toBe(false);
  expect(await axeFindings(page)).toEqual([]);
  await open.click();
  await expect.poll(isWhole).toBe(true);
  expect(await durations(page)).toEqual(['0.001s']);
  expect(problems).toEqual([]);
  await context.close();
});

/** How long animations and transitions may take, of every element of the page. */
function durations(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const styles = [...document.querySelectorAll('body *')].map((element) => getComputedStyle(element));
    const all = styles.flatMap((style) => [style.animationDuration, style.transitionDuration]);
    return [...new Set(all)];
  });
}

async function openSidebar(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Open conversations' });
  if (await button.isVisible()) await button.click();
}
