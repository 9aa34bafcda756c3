import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replyWith, send, signUp, type Visit, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const PARAGRAPH_COUNT = 40;
/** The replies wait here until they are let go. */
const GATE_TOKENS = 20;
const text = Array.from(
  { length: PARAGRAPH_COUNT },
  (_unused, index) => `Paragraph ${index} with some **words**.`,
).join('\n\n');

const stage = setStage({
  defaultModel: 'long:latest',
  models: { 'long:latest': { kind: 'scripted', text, ratePerSecond: 120, gateAfterTokens: GATE_TOKENS } },
});

/** Asks, and lets the reply go on from its gate once it is there and `atGate` is done. */
async function ask(page: Page, question: string, atGate = async () => {}): Promise<void> {
  await send(page, question);
  const id = await replyAtGate(question);
  await page.locator('[data-role="assistant"][aria-busy="true"] .prose-block').first().waitFor();
  await atGate();
  stage.sim.release({ id });
}

/** The request for the reply to a question, when that waits at its gate. Where several people write, the model is told who asks. */
async function replyAtGate(question: string): Promise<string> {
  const { id } = await stage.sim.waitFor(
    ({ messages, tokensSent }) => messages.at(-1)?.content.endsWith(question) === true && tokensSent === GATE_TOKENS,
    { timeoutMs: 60_000 },
  );
  return id;
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
    const { page, context } = await visit(stage.browser, stage.url, { viewport: { width: 1280, height: 4000 } });
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
/** The number of the message down to which a member has read the talk. */
const LAST_READ = 3000;
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
  const email = `${randomUUID()}@example.com`;
  let talk: Visit;
  /** The pages of messages that were asked for. */
  let pages: string[];
  /** Another device of the same account. */
  let device: Device;

  beforeAll(async () => {
    talk = await visit(stage.browser, stage.url, { viewport: { width: 1280, height: 800 } });
    const { page, context } = talk;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    pages = watchPages(page);
    await signUp(page, { email });
    await page.goto(`${stage.url}/settings/data`);
    await page.getByLabel('Export file to import').setInputFiles(longExport());
    await page.getByText('1 imported', { exact: true }).waitFor();
    device = await startDevice(email);
  });

  afterAll(async () => {
    device?.socket.disconnect();
    await talk?.context.close();
  });

  it('opens at its end by one page, and has no more in the page than what is near, however far one scrolls', async () => {
    const { page } = talk;
    await page.goto(stage.url);
    pages.length = 0;
    await openFromList(page);
    await messageNumber(page, MESSAGE_COUNT - 1).waitFor();
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
    await messageNumber(page, MESSAGE_COUNT - 1).waitFor();
  });

  it('opens at a message that was found or linked to, and both older and newer ones come as one scrolls', async () => {
    const { page } = talk;
    await findMessage(page, 2000);
    await expect.poll(() => distance(page, messageNumber(page, 2000), 'middle')).toBeLessThan(100);
    await messageNumber(page, 2000).getByRole('button', { name: 'Link to this message' }).press('Enter');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    const address = page.url();
    await page.goto(stage.url);
    pages.length = 0;
    await page.goto(address);
    await expect.poll(() => distance(page, messageNumber(page, 2000), 'middle')).toBeLessThan(100);
    expect(pages.length).toBeLessThanOrEqual(5);
    await page.getByTestId('thread').hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 3000);
        return (await numbersShown(page)).at(-1);
      })
      .toBeGreaterThan(2040);
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -3000);
        return (await numbersShown(page))[0];
      })
      .toBeLessThan(1960);
    expect(await page.locator('[data-row]').count()).toBeLessThanOrEqual(ROWS_MAX);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await messageNumber(page, MESSAGE_COUNT - 1).waitFor();
  });

  it('opens at what is new for a member, thousands of messages up, goes on from there, and is read when its end is seen', async () => {
    const graceEmail = `${randomUUID()}@example.com`;
    const { page, context } = await visit(stage.browser, stage.url, { viewport: { width: 1280, height: 800 } });
    await signUp(page, { email: graceEmail });
    const grace = await startDevice(graceEmail);
    const { conversationId, messageId } = await device.messageNumber(LAST_READ);
    await device.invite(conversationId, graceEmail);
    await grace.emit('read:set', { conversationId, messageId });
    const asked = watchPages(page);
    await page.goto(`${stage.url}/c/${conversationId}`);
    const row = page.locator('[data-row]').filter({ hasText: 'New messages' });
    await row.getByText(`Number ${LAST_READ + 1} of a long talk.`).waitFor();
    await expect.poll(() => distance(page, row, 'top')).toBeLessThan(100);
    // The newest page, the one around, and what is asked for ahead on both sides of it.
    expect(asked.length).toBeLessThanOrEqual(6);
    await page.getByTestId('thread').hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 3000);
        return (await numbersShown(page)).at(-1);
      })
      .toBeGreaterThan(LAST_READ + 60);
    expect(await grace.isUnread(conversationId)).toBe(true);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await messageNumber(page, MESSAGE_COUNT - 1).waitFor();
    await expect.poll(() => grace.isUnread(conversationId)).toBe(false);
    grace.socket.disconnect();
    await context.close();
  });

  it('shows what somebody writes from the middle of it at its end', async () => {
    const email = `${randomUUID()}@example.com`;
    const { page, context } = await visit(stage.browser, stage.url, { viewport: { width: 1280, height: 800 } });
    await signUp(page, { email });
    const linus = await startDevice(email);
    const { conversationId, messageId } = await device.messageNumber(LAST_READ);
    await device.invite(conversationId, email);
    await linus.emit('read:set', { conversationId, messageId });
    await page.goto(`${stage.url}/c/${conversationId}`);
    await page.getByText('New messages').waitFor();
    await ask(page, 'and what now?');
    await replyWith(page, 'completed').waitFor();
    await page.getByTestId('thread').getByText('and what now?').waitFor();
    await expect.poll(async () => (await numbersShown(page)).at(-1)).toBe(MESSAGE_COUNT - 1);
    linus.socket.disconnect();
    await context.close();
  });

  it('is not there for a stranger with the link to a message', async () => {
    const { conversationId, messageId } = await device.messageNumber(LAST_READ);
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.goto(`${stage.url}/c/${conversationId}?message=${messageId}`);
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    await context.close();
  });

  it('moves nothing under the eyes while a reply comes at its end', async () => {
    const { page } = talk;
    const { conversationId } = await device.messageNumber(MESSAGE_COUNT - 1);
    await findMessage(page, 2000);
    await expect.poll(() => distance(page, messageNumber(page, 2000), 'middle')).toBeLessThan(100);
    await expect.poll(() => page.getByText(/Loading (older|newer) messages/).count()).toBe(0);
    const before = await top(messageNumber(page, 2000));
    await device.emit('message:send', { clientMessageId: randomUUID(), conversationId, content: 'and now?' });
    const id = await replyAtGate('and now?');
    const writing = page.getByRole('navigation', { name: 'Conversations' }).getByText('(reply being written)');
    await writing.waitFor();
    stage.sim.release({ id });
    await writing.waitFor({ state: 'detached' });
    // Less than a pixel is rounding.
    expect(Math.abs((await top(messageNumber(page, 2000))) - before)).toBeLessThan(1);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await page
      .getByTestId('thread')
      .getByText(`Paragraph ${PARAGRAPH_COUNT - 1} with some words.`)
      .last()
      .waitFor();
  });
});

type Device = Awaited<ReturnType<typeof startDevice>>;

/** Signs in beside the page, and does by the API what another device of the account would do. */
async function startDevice(ownEmail: string) {
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { 'content-type': 'application/json', ...init.headers };
    const response = await fetch(`${stage.url}/api/v1${path}`, { ...init, headers });
    expect(response.ok).toBe(true);
    return response.json();
  };
  const body = JSON.stringify({ email: ownEmail, password: 'a sound pass phrase' });
  const { accessToken } = await call('/auth/login', { method: 'POST', body });
  const headers = { authorization: `Bearer ${accessToken}` };
  const socket = io(stage.url, { auth: { token: accessToken }, transports: ['websocket'] });
  return {
    socket,
    async emit(event: string, payload: object): Promise<void> {
      expect(await socket.timeout(20_000).emitWithAck(event, payload)).toMatchObject({ ok: true });
    },
    async invite(conversationId: string, email: string): Promise<void> {
      const body = JSON.stringify({ email, role: 'writer' });
      await call(`/conversations/${conversationId}/members`, { method: 'POST', headers, body });
    },
    isUnread: async (id: string): Promise<boolean> => {
      const { items } = await call('/conversations', { headers });
      return items.find((each: { id: string }) => each.id === id).unread;
    },
    async messageNumber(number: number): Promise<{ conversationId: string; messageId: string }> {
      const { items } = await call(`/search?q=${encodeURIComponent(`"number ${number} of"`)}`, { headers });
      const { conversationId, messageId } = items.find(
        ({ messageId }: { messageId?: string }) => messageId !== undefined,
      );
      return { conversationId, messageId };
    },
  };
}

/** The pages of messages that are asked for from now on. */
function watchPages(page: Page): string[] {
  const pages: string[] = [];
  page.on('request', (request) => {
    if (/\/conversations\/[^/]+\/messages\?/.test(request.url())) pages.push(request.url());
  });
  return pages;
}

async function openFromList(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('link', { name: /^A long talk/ })
    .click();
}

function messageNumber(page: Page, number: number): Locator {
  return page.getByTestId('message').filter({ hasText: `Number ${number} of a long talk.` });
}

/** Of the messages that are in the page, which are the ones near those in sight. */
async function numbersShown(page: Page): Promise<number[]> {
  const all = await page.getByTestId('message').allTextContents();
  return all.flatMap((content) => /Number (\d+) of/.exec(content)?.[1] ?? []).map(Number);
}

/** Opens a message by the palette. */
async function findMessage(page: Page, number: number): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(`"number ${number}"`);
  await page.getByRole('option', { name: new RegExp(`Number ${number} of a long talk`) }).click();
  await page.waitForURL(/message=/);
}

async function top(subject: Locator): Promise<number> {
  return (await subject.boundingBox())?.y ?? Number.NaN;
}

/** How far something is from where it belongs in the list, in pixels, whatever was measured and read above and below it. */
async function distance(page: Page, subject: Locator, place: 'top' | 'middle'): Promise<number> {
  const [box, view] = [await subject.boundingBox(), await page.getByTestId('thread').boundingBox()];
  if (box === null || view === null) return Number.POSITIVE_INFINITY;
  return Math.abs(place === 'top' ? box.y - view.y : box.y + box.height / 2 - (view.y + view.height / 2));
}
