// `pnpm build`: what is shipped. The services and packages as JavaScript in dist/, the page as static files.
import { join } from 'node:path';
import { rootDir } from './root-dir.ts';
import { runPackageBin } from './run-package-bin.ts';

const webClientDir = join(rootDir, 'services', 'web-client');

await Promise.all([
  runPackageBin({ packageDir: rootDir, bin: 'tsc', args: ['-b', 'tsconfig.build.json'] }),
  runPackageBin({ packageDir: webClientDir, bin: 'vite', args: ['build'], env: { NODE_ENV: 'production' } }),
]);
console.log('built');
