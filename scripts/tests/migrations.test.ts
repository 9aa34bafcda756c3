import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breaksOf } from '../deploy/migration-rules.ts';
import { rootDir } from '../root-dir.ts';

const files = globSync('services/*/prisma/migrations/*/migration.sql', { cwd: rootDir });

it('every service with a database has migrations', () => {
  expect(new Set(files.map((file) => file.split('/')[1]))).toEqual(new Set(['chat-service', 'user-service']));
});

describe.each(files)('%s', (file) => {
  const sql = readFileSync(join(rootDir, file), 'utf8');

  it('takes nothing away and demands nothing new, so that the release before it serves while it is applied and after', () => {
    expect(breaksOf(sql)).toEqual([]);
  });

  it('says why, what it locks, how to go back and what a second run does, and waits for no lock for long', () => {
    const headings = [...sql.matchAll(/^-- (\w+): /gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 4)).toEqual(['Why', 'Locks', 'Rollback', 'Rerun']);
    expect(sql).toMatch(/^SET lock_timeout = '\d+s';$/m);
  });
});

it.each([
  ['DROP TABLE notes', ['DROP TABLE notes']],
  ['ALTER TABLE notes DROP COLUMN text', ['DROP COLUMN text']],
  ['ALTER TABLE notes DROP text', ['DROP text']],
  ['ALTER TABLE notes RENAME COLUMN text TO body', ['RENAME COLUMN text TO body']],
  [
    'ALTER TABLE notes ALTER COLUMN text TYPE jsonb USING to_jsonb(text)',
    ['ALTER COLUMN text TYPE jsonb USING to_jsonb(text)'],
  ],
  ['ALTER TABLE notes ALTER text SET NOT NULL', ['ALTER text SET NOT NULL']],
  [
    'ALTER TABLE notes ADD COLUMN a integer, ADD COLUMN b text NOT NULL CHECK (b IN (1, 2))',
    ['ADD COLUMN b text NOT NULL CHECK (b IN (1, 2))'],
  ],
  ['CREATE UNIQUE INDEX notes_key ON notes (text)', ['CREATE UNIQUE INDEX notes_key ON notes (text)']],
  ['ALTER TABLE notes ADD CONSTRAINT notes_key UNIQUE (text)', ['ADD CONSTRAINT notes_key UNIQUE (text)']],
  ["ALTER TABLE notes ADD COLUMN a text NOT NULL DEFAULT '', ADD COLUMN b text", []],
  ['ALTER TABLE notes DROP CONSTRAINT notes_check; DROP INDEX notes_idx', []],
  ['CREATE TABLE notes (text text NOT NULL); CREATE UNIQUE INDEX notes_key ON notes (text)', []],
  ['-- DROP TABLE notes;\nCREATE FUNCTION f() RETURNS trigger AS $$ BEGIN DROP TABLE notes; END $$', []],
])('of %j the release before would not survive %j', (sql, breaks) => {
  expect(breaksOf(sql)).toEqual(breaks);
});
