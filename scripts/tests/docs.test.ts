import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { rootDir } from '../root-dir.ts';

const skipped = new Set(['node_modules', '.git', '.toolchain', '.data', 'dist']);

function findDocs(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : findDocs(join(dir, entry.name));
    return entry.name.endsWith('.md') ? [join(dir, entry.name)] : [];
  });
}

/** The targets of links to files, without those to other sites and to headings. */
function fileLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    const file = target.split('#', 1)[0] ?? '';
    return file === '' || /^[a-z]+:/.test(file) ? [] : [file];
  });
}

const docs = findDocs(rootDir);

it.each(docs.map((doc) => relative(rootDir, doc)))('%s links to files that exist', (doc) => {
  const links = fileLinks(readFileSync(join(rootDir, doc), 'utf8'));
  expect(links.filter((link) => !existsSync(join(rootDir, dirname(doc), link)))).toEqual([]);
});

it('every npm command that a document names is a script of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
  const named = docs.flatMap((doc) =>
    [...readFileSync(doc, 'utf8').matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name),
  );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});
