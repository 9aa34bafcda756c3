import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The journeys in a real browser: `npm run test:browser`. They need Chromium, which Node alone does not bring. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ['services/*/tests/**/*.browser.ts'],
      testTimeout: 240_000,
      hookTimeout: 180_000,
      // As patient as Playwright's own waiting: on a busy machine, a page takes its time.
      expect: { poll: { timeout: 30_000 } },
      maxWorkers: 1,
    },
  }),
);
