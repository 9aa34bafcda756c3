import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Backup and restore: `npm run test:restore`. It needs the programs of a real Postgres, which Node alone does not bring. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: ['scripts/tests/*.restore.ts'], testTimeout: 120_000, hookTimeout: 240_000 } }),
);
