import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are tested from their sources.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'module', 'node'] } },
  test: {
    include: ['{packages,services}/*/{src,tests}/**/*.test.ts', 'scripts/**/*.test.ts'],
    environment: 'node',
    // A test ends by what it waits for; these limits are for one that hangs, on a machine of any speed.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
  },
});
