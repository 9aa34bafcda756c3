// `pnpm check:compose`: builds the images, brings docker-compose.yml up from nothing, and takes its containers apart while people chat.
import { checkCompose } from './compose/check-compose.ts';
import { findCompose } from './compose/compose.ts';

const required = process.argv.includes('--require');
const compose = await findCompose();

if (compose === undefined) {
  console.log('SKIPPED: no Docker engine with Compose answers here, so nothing about the containers was checked.');
  process.exitCode = required ? 1 : 0;
} else {
  process.exitCode = (await checkCompose(compose, { build: !process.argv.includes('--no-build') })) ? 0 : 1;
}
