import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../src/index.ts';

it('gives a database with the migrations of the folder and no rows', async () => {
  const prismaDir = await prismaDirWith('CREATE TABLE "notes" ("id" uuid PRIMARY KEY, "text" text NOT NULL);');
  await using database = await createTestDatabase({ prismaDir });
  expect(await query(database.url, 'SELECT * FROM notes')).toEqual([]);
});

it('gives every caller a database of its own', async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  await query(first.url, 'CREATE TABLE mine (id int)');
  await expect(query(second.url, 'SELECT * FROM mine')).rejects.toThrow('does not exist');
});

it.each(['btree_gin', 'pg_trgm', 'pgcrypto', 'unaccent'])('offers the extension %s', async (name) => {
  await using database = await createTestDatabase();
  await query(database.url, `CREATE EXTENSION ${name}`);
  expect(await query(database.url, `SELECT extname FROM pg_extension WHERE extname = '${name}'`)).toHaveLength(1);
});

it('keeps the answers of concurrent connections apart, large ones included', async () => {
  await using database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 10 });
  const filler = 'x'.repeat(100_000);
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const { rows } = await pool.query(`SELECT $1::text AS "answer${index % 3}"`, [`${index}${filler}`]);
      return rows[0];
    }),
  );
  await pool.end();
  expect(answers).toEqual(answers.map((_answer, index) => ({ [`answer${index % 3}`]: `${index}${filler}` })));
});

it('cannot be reached after it was disposed of', async () => {
  const database = await createTestDatabase();
  await database[Symbol.asyncDispose]();
  await expect(query(database.url, 'SELECT 1')).rejects.toThrow();
});

it('reports a migration that fails', async () => {
  const prismaDir = await prismaDirWith('CREATE TABLE;');
  await expect(createTestDatabase({ prismaDir })).rejects.toThrow();
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function prismaDirWith(sql: string): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'testkit-prisma-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const migration = path.join(dir, 'migrations', '20260101000000_create_notes');
  await mkdir(migration, { recursive: true });
  await writeFile(path.join(migration, 'migration.sql'), sql);
  await writeFile(path.join(dir, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"\n');
  return dir;
}
