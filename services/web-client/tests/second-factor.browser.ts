import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import readQr from 'jsqr';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { signIn, signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const password = 'a sound pass phrase';

const stage = setStage({
  defaultModel: 'brief:latest',
  models: { 'brief:latest': { kind: 'scripted', text: 'Fine.' } },
});

/** What stands in the way of the screen as it is: what axe finds, and being wider than the window. */
async function flaws(page: Page): Promise<string[]> {
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  return [...(await axeFindings(page)), ...(fits ? [] : ['wider than the window'])];
}

/** What a camera reads on the screen. */
async function readQrCode(page: Page): Promise<string> {
  const svg = page.getByRole('img', { name: 'QR code for the authenticator app' });
  const { data, width } = await svg.evaluate(async (element) => {
    const image = new Image(400, 400);
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(element))}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (canvas === null) throw new Error('no canvas');
    // The darkest page that could be behind the code.
    canvas.fillStyle = 'black';
    canvas.fillRect(0, 0, image.width, image.height);
    canvas.drawImage(image, 0, 0, image.width, image.height);
    return { data: [...canvas.getImageData(0, 0, image.width, image.height).data], width: image.width };
  });
  const code = readQr(Uint8ClampedArray.from(data), width, width, { inversionAttempts: 'dontInvert' });
  return code?.data ?? '';
}

/** Turns it on from the security settings on; the recovery codes, which are on the screen then. */
async function turnOn(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  const uri = await readQrCode(page);
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  expect(((await page.locator('code').textContent()) ?? '').replaceAll(' ', '')).toBe(secret);
  await page
    .getByLabel('Code of your authenticator app')
    .fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
  return page.getByRole('region', { name: 'Two-step sign-in' }).getByRole('listitem').allInnerTexts();
}

describe('two-step sign-in', () => {
  it('is turned on with an app, asks for a code at the next sign-in, and is turned off', async () => {
    const email = `${randomUUID()}@example.com`;
    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const };
    const { page, context, problems, foreignRequests } = await visit(stage.browser, stage.url, phone);
    await signUp(page, { email });
    await page.goto(`${stage.url}/settings/security`);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByLabel('Password', { exact: true }).fill('not this one');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is not the current password.').waitFor();
    expect(await flaws(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Code of your authenticator app').fill('not a code');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('This code is not right').waitFor();
    expect(await flaws(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const codes = await turnOn(page);
    expect(codes).toHaveLength(10);
    expect(await flaws(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await readFile(await (await download).path(), 'utf8')).split('\n').filter(Boolean)).toEqual(codes);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    expect(await flaws(page)).toEqual([]);

    const other = await visit(stage.browser, stage.url, { viewport: { width: 360, height: 740 } });
    await signIn(other.page, { email });
    await other.page.getByLabel('Code of your authenticator app').waitFor();
    expect(await flaws(other.page)).toEqual([]);
    await other.page.getByRole('button', { name: 'Use a recovery code' }).click();
    await other.page.getByLabel('Recovery code').fill('0000-0000-0000-0000');
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.page.getByText('This code is not right').waitFor();
    expect(await flaws(other.page)).toEqual([]);
    await other.page.getByRole('button', { name: 'Back' }).click();
    await other.page.getByLabel('Email').fill(email);
    await other.page.getByLabel('Password', { exact: true }).fill(password);
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.page.getByRole('button', { name: 'Use a recovery code' }).click();
    await other.page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.page.getByRole('textbox', { name: 'Message' }).waitFor();

    await page.reload();
    await page.getByText('9 recovery codes are left.').waitFor();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('App code or recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('This code is not right').waitFor();
    expect(await flaws(page)).toEqual([]);
    await page.getByLabel('App code or recovery code').fill(codes[1] ?? '');
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    expect([...problems, ...foreignRequests, ...other.problems]).toEqual([]);
    await context.close();
    await other.context.close();
  });

  it('says that it pauses when too many codes were wrong, and not that the password is', async () => {
    const email = `${randomUUID()}@example.com`;
    const { page, context } = await visit(stage.browser, stage.url);
    await signUp(page, { email });
    await page.goto(`${stage.url}/settings/security`);
    await turnOn(page);
    const other = await visit(stage.browser, stage.url);
    await signIn(other.page, { email });
    const field = other.page.getByLabel('Code of your authenticator app');
    const submit = other.page.getByRole('button', { name: 'Sign in', exact: true });
    for (let guess = 0; guess < 6; guess += 1) {
      await field.fill('no code');
      const answer = other.page.waitForResponse('**/auth/login');
      await submit.click();
      await answer;
      await expect.poll(() => submit.isEnabled()).toBe(true);
    }
    await other.page.getByText('Too many codes were wrong.').waitFor();
    await context.close();
    await other.context.close();
  });

  it('asks above the page of a session that is over, and new recovery codes void the old ones', async () => {
    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.goto(`${stage.url}/settings/security`);
    const [first = '', second = ''] = await turnOn(page);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('App code or recovery code').fill(first);
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    const [renewed = ''] = await page
      .getByRole('region', { name: 'Two-step sign-in' })
      .getByRole('listitem')
      .allInnerTexts();

    // As somebody would who ends this session from elsewhere.
    const headers = { 'x-requested-with': 'chatbot', origin: stage.url };
    expect((await context.request.post(`${stage.url}/api/v1/auth/logout`, { headers, data: {} })).ok()).toBe(true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.getByRole('button', { name: 'Use a recovery code' }).click();
    expect(await flaws(page)).toEqual([]);
    await dialog.getByLabel('Recovery code').fill(second);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.getByText('This code is not right').waitFor();
    await dialog.getByLabel('Recovery code').fill(renewed);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
