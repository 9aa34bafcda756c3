// Brings the database at DATABASE_URL up to date, prints the names of the migrations that it applied, and ends.
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@chatbot/service-kit/migrate';

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl === undefined || databaseUrl === '') {
  process.stderr.write('DATABASE_URL: is required\n');
  process.exit(1);
}
const prismaDir = fileURLToPath(new URL('../prisma', import.meta.url));
const applied = await applyMigrations({ databaseUrl, prismaDir });
process.stdout.write(`${JSON.stringify({ applied })}\n`);
