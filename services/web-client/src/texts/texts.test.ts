import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';

/** Words that are the same in both languages. */
const SAME = new Set([
  'product',
  'auth.name',
  'account.themes.system',
  'composer.persona',
  'settings.preferences.persona',
  'demo.command',
  'markdown.code',
  'exporting.formats.markdown',
  'exporting.formats.json',
]);

function pathsOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  return Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]));
}

function textAt(catalogue: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], catalogue);
}

describe('the German catalogue', () => {
  it('has every text of the English one, and no other', () => {
    expect(pathsOf(de).sort()).toEqual(pathsOf(en).sort());
  });

  it('leaves nothing in English', () => {
    const untranslated = pathsOf(en).filter((path) => {
      const text = textAt(en, path);
      return typeof text === 'string' && text === textAt(de, path) && !SAME.has(path);
    });
    expect(untranslated).toEqual([]);
  });

  it('counts by its own plural rules', () => {
    expect([de.reply.dropped(1), de.reply.dropped(1200)]).toEqual([
      expect.stringContaining('Die älteste Nachricht'),
      expect.stringContaining('Die 1.200 ältesten Nachrichten'),
    ]);
  });
});

it('has a sentence for every problem of the catalogue of errors, and for no other', () => {
  const proto = readFileSync(new URL('../../../../proto/chatbot/error/v1/error_reason.proto', import.meta.url), 'utf8');
  const reasons = [...proto.matchAll(/ERROR_REASON_(\w+) = [1-9]/g)].map(([, reason]) => reason);
  // No answer has no place in the server's catalogue.
  expect(Object.keys(en.problems).sort()).toEqual([...reasons, 'NO_ANSWER'].sort());
});
