import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { axeFindings } from './support/axe.ts';
import { signUp, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

const brief = { kind: 'scripted', text: 'Fine.', sizeBytes: 2e9 } as const;
const setupToken = 'open sesame, open sesame';

const stage = setStage({
  defaultModel: 'brief:latest',
  env: { SETUP_TOKEN: setupToken },
  models: {},
  library: { brief, big: brief },
  gatePulls: true,
});

/** The address with which the first administrator signs up. */
function setupAddress(): string {
  return `${stage.url}/#setup=${encodeURIComponent(setupToken)}`;
}

describe('models', () => {
  it('are installed by an administrator, who sees how far it is, gives up, goes on, and is told what fails', async () => {
    // So high that a notice covers no button for the seconds that it stays.
    const phone = { viewport: { width: 360, height: 1_600 } };
    const { page, context, problems } = await visit(stage.browser, setupAddress(), phone);
    await page.getByText('This account will administer the server.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    expect(page.url()).not.toContain('setup');
    await page.getByRole('alert').getByText('no chat model installed').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Install a model' }).click();
    const name = page.getByRole('textbox', { name: 'Model' });
    const install = page.getByRole('button', { name: 'Install' });
    await name.fill('brief');
    await name.press('Enter');
    await page.getByText('1 GB of 2 GB').waitFor();
    stage.sim.release({ model: 'brief' });
    await page.getByText('brief is installed.').waitFor();
    await page.getByRole('link', { name: 'New chat' }).click();
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByRole('menuitem', { name: 'Manage models' }).click();
    await page.getByText('brief:latest').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await name.fill('registry.example/library/big');
    await install.click();
    await page.getByText('without an address in front').waitFor();
    await name.fill('nothing');
    await name.press('Enter');
    await page.getByText('The library has no model of this name.').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await name.fill('big');
    await name.press('Enter');
    await page.getByText('1 GB of 2 GB').waitFor();
    await page.getByRole('progressbar', { name: 'Progress of big' }).waitFor();
    expect(await install.isDisabled()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('Downloading big…').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('big is not installed.').waitFor();
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
    await stage.sim.waitFor(({ model, state }) => model === 'big' && state === 'aborted', { timeoutMs: 60_000 });

    await name.press('Enter');
    await page.getByText('1 GB of 2 GB').waitFor();
    stage.sim.release({ model: 'big' });
    await page.getByText('big is installed.').waitFor();
    await page.getByText('big:latest').waitFor();
    await page.goto(stage.url);
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByRole('menuitemradio', { name: 'big:latest' }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('are not offered for installing to anybody else', async () => {
    const late = await visit(stage.browser, setupAddress());
    await late.page.getByLabel('Name').fill('Eve');
    await late.page.getByLabel('Email').fill(`${randomUUID()}@example.com`);
    await late.page.getByLabel('Password', { exact: true }).fill('a sound pass phrase');
    await late.page.getByRole('button', { name: 'Create account' }).click();
    await late.page.getByText('The setup code is not right, or was used already.').waitFor();
    await late.context.close();

    const { page, context, problems } = await visit(stage.browser, stage.url);
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByRole('menuitemradio', { name: 'Default model' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Manage models' }).count()).toBe(0);
    await page.goto(`${stage.url}/settings/models`);
    await page.getByRole('region', { name: 'Profile' }).waitFor();
    expect(await page.getByRole('link', { name: 'Models' }).count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});
