import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium: CHROMIUM_PATH, else Debian's. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: flags });
}

export type Visit = { page: Page; context: BrowserContext; problems: string[]; foreignRequests: string[] };

/** A fresh profile on a page of `url`. Script errors, policy violations and requests to other origins are kept for the test to judge. */
export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  const foreignRequests: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.origin !== new URL(url).origin && target.protocol !== 'data:' && target.protocol !== 'blob:')
      foreignRequests.push(request.url());
  });
  await page.goto(url);
  return { page, context, problems, foreignRequests };
}

export async function signUp(
  page: Page,
  { email, password = 'a sound pass phrase' }: { email: string; password?: string },
): Promise<void> {
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
}

export async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** Resolves when the keyboard writes into a field. */
export async function focused(page: Page, field: Locator): Promise<void> {
  await field.and(page.locator(':focus')).waitFor();
}

/** The last reply. */
export function reply(page: Page) {
  return page.locator('[data-testid="message"][data-role="assistant"]').last();
}

export function replyWith(page: Page, status: string) {
  return page.locator(`[data-testid="message"][data-role="assistant"][data-status="${status}"]`).last();
}

/** From the sign-up page on. */
export async function signIn(
  page: Page,
  { email, password = 'a sound pass phrase' }: { email: string; password?: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Sign in instead' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
