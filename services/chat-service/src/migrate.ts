import { fileURLToPath } from 'node:url';
import { runMigrations } from '@chatbot/service-kit/migrate';

await runMigrations({ process, prismaDir: fileURLToPath(new URL('../prisma', import.meta.url)) });
