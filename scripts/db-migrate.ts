// `pnpm db:migrate`: brings both databases up to date, at USER_DATABASE_URL and CHAT_DATABASE_URL.
import { join } from 'node:path';
import { rootDir } from './root-dir.ts';
import { runProgram } from './run-program.ts';

const runModule = join(rootDir, 'scripts', 'start', 'processes', 'run-module.ts');
const databases = [
  { service: 'user-service', variable: 'USER_DATABASE_URL' },
  { service: 'chat-service', variable: 'CHAT_DATABASE_URL' },
];

const missing = databases.map(({ variable }) => variable).filter((variable) => !process.env[variable]);
if (missing.length > 0) {
  console.error(`These environment variables are missing: ${missing.join(', ')}`);
  process.exit(1);
}

for (const { service, variable } of databases) {
  const { code, output } = await runProgram({
    command: process.execPath,
    args: ['--conditions=source', runModule, join(rootDir, 'services', service, 'src', 'migrate.ts')],
    cwd: rootDir,
    env: { DATABASE_URL: process.env[variable] ?? '' },
  });
  console.log(`${code === 0 ? '✓' : '✗'} ${service}\n${output}`.trim());
  if (code !== 0) process.exit(1);
}
