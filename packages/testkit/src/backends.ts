/** What stands behind the databases and Redis servers of the tests. */
export type Backends = 'embedded' | 'real';

/**
 * The backends asked for by TEST_BACKENDS: `embedded` (PGlite and js-redis-server, inside the test process; the default) or
 * `real` (postgres and redis-server processes from PATH). Throws on any other value: a typo must not pass for a run on real ones.
 */
export function testBackends(env: Readonly<Record<string, string | undefined>> = process.env): Backends {
  const name = env.TEST_BACKENDS ?? 'embedded';
  if (name === 'embedded' || name === 'real') return name;
  throw new Error(`TEST_BACKENDS must be embedded or real, not ${name}`);
}
