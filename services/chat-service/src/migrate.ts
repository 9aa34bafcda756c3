// Applies the migrations that the database at DATABASE_URL does not have yet, and prints {"applied": [names]} in one line.
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@chatbot/service-kit';
import { applyMigrations } from '@chatbot/service-kit/migrate';
import { z } from 'zod';
import { envShape } from './config.ts';

const { DATABASE_URL: databaseUrl } = parseConfig(z.object({ DATABASE_URL: envShape.DATABASE_URL }), process.env);
const prismaDir = fileURLToPath(new URL('../prisma', import.meta.url));
const applied = await applyMigrations({ databaseUrl, prismaDir });
process.stdout.write(`${JSON.stringify({ applied })}\n`);
