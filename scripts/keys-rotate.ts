// `npm run keys:rotate -- <folder> [--now]`: the next key that signs access tokens; see services/user-service/README.md.
import { parseArgs } from 'node:util';
import { rotateKeys } from './keys/rotate-keys.ts';

try {
  const { values, positionals } = parseArgs({
    options: { now: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new Error('Usage: npm run keys:rotate -- <folder> [--now]');
  for (const line of rotateKeys({ folder, now: values.now, at: new Date() })) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
