import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, replyWith, send, signUp, visit } from './support/browser.ts';

const PARAGRAPH_COUNT = 40;
/** The replies wait here until they are let go. */
const GATE_TOKENS = 20;
const text = Array.from(
  { length: PARAGRAPH_COUNT },
  (_unused, index) => `Paragraph ${index} with some **words**.`,
).join('\n\n');

let sim: OllamaSim;
let system: System;
let browser: Browser;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: { 'long:latest': { kind: 'scripted', text, ratePerSecond: 120, gateAfterTokens: GATE_TOKENS } },
  });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'long:latest' } });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** Asks, and lets the reply go on from its gate once it is there and `atGate` is done. */
async function ask(page: Page, question: string, atGate = async () => {}): Promise<void> {
  await send(page, question);
  const { id } = await sim.waitFor(
    ({ messages, tokensSent }) => messages.at(-1)?.content === question && tokensSent === GATE_TOKENS,
  );
  await page.locator('[data-role="assistant"][aria-busy="true"] .prose-block').first().waitFor();
  await atGate();
  sim.release({ id });
}

/**
 * Counts from now on how often each block of Markdown is rendered: React puts the properties of a rendering on its
 * element, and a component that was not rendered again has left the same ones there.
 */
async function countRenderings(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new WeakMap<Element, unknown>();
    const count = { settled: 0, growing: 0 };
    Object.assign(window, { renderings: count });
    const propsOf = (element: Element) => {
      const key = Object.keys(element).find((name) => name.startsWith('__reactProps$'));
      return key === undefined ? undefined : (element as unknown as Record<string, unknown>)[key];
    };
    let growing = new Set<Element>();
    const look = () => {
      for (const block of document.querySelectorAll('[data-role="assistant"] .prose-block')) {
        const props = propsOf(block);
        const isAnew = seen.has(block) && seen.get(block) !== props;
        if (isAnew) count[growing.has(block) ? 'growing' : 'settled'] += 1;
        seen.set(block, props);
      }
      // Two at the end: what looks like two blocks may still turn out to be one. They count as growing at the next look,
      // by when more than one block may have come.
      const newest = [...document.querySelectorAll('[data-role="assistant"]')].at(-1);
      growing = new Set([...(newest?.querySelectorAll('.prose-block') ?? [])].slice(-2));
      requestAnimationFrame(look);
    };
    look();
  });
}

function renderings(page: Page): Promise<{ settled: number; growing: number }> {
  return page.evaluate(() => (window as unknown as { renderings: { settled: number; growing: number } }).renderings);
}

describe('a reply that is being written', () => {
  it('renders its last block again, and no other one of the conversation', async () => {
    const { page, context } = await visit(browser, system.url, { viewport: { width: 1280, height: 4000 } });
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await ask(page, 'the first');
    await replyWith(page, 'completed').waitFor();
    await ask(page, 'the second', () => countRenderings(page));
    await expect.poll(() => page.locator('[data-role="assistant"][data-status="completed"]').count()).toBe(2);
    const count = await renderings(page);
    expect(count.settled).toBe(0);
    // How often depends on how many pictures the machine draws meanwhile.
    expect(count.growing).toBeGreaterThan(0);
    await context.close();
  });
});

const MESSAGE_COUNT = 5000;
const MESSAGES_PER_PAGE = 30;
/** What is in sight and near it, in a window of 800 pixels. */
const ROWS_MAX = 60;

/** An export file with one conversation of many short messages. */
function longExport() {
  const messages = Array.from({ length: MESSAGE_COUNT }, (_unused, index) => ({
    uuid: `m${index}`,
    sender: index % 2 === 0 ? 'human' : 'assistant',
    text: `Number ${index} of a long talk.`,
  }));
  const conversation = { name: 'A long talk', chat_messages: messages };
  return { name: 'long.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify([conversation])) };
}

describe('a conversation of 5,000 messages', () => {
  it('opens at its end by one page, and has no more in the page than what is near, however far one scrolls', async () => {
    const { page, context } = await visit(browser, system.url, { viewport: { width: 1280, height: 800 } });
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.goto(`${system.url}/settings/data`);
    await page.getByLabel('Export file to import').setInputFiles(longExport());
    await page.getByText('1 imported', { exact: true }).waitFor();

    const pages: string[] = [];
    page.on('request', (request) => {
      if (/\/conversations\/[^/]+\/messages\?/.test(request.url())) pages.push(request.url());
    });
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'A long talk' }).click();
    await page.getByText(`Number ${MESSAGE_COUNT - 1} of a long talk.`).waitFor();
    expect(pages).toHaveLength(1);
    expect(await page.locator('[data-row]').count()).toBeLessThanOrEqual(MESSAGES_PER_PAGE);

    await page.getByTestId('thread').hover();
    // Older messages take their place above, so one scrolls on.
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -4000);
        return pages.length;
      })
      .toBeGreaterThanOrEqual(5);
    expect(await page.locator('[data-row]').count()).toBeLessThanOrEqual(ROWS_MAX);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await page.getByText(`Number ${MESSAGE_COUNT - 1} of a long talk.`).waitFor();
    await context.close();
  });
});
