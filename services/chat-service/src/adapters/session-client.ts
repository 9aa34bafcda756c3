import { createHash, randomBytes } from 'node:crypto';
import { CallClient } from '@chatbot/service-kit/postgres';
import type pg from 'pg';

/** A name for a prepared statement: the same for the same SQL. */
export function statementName({ sql }: { readonly sql: string }): string {
  return createHash('sha1').update(sql).digest('base64url');
}

/**
 * A connection whose prepared statements have names of its own. Naming a statement saves parsing and planning it again, about half of
 * what storing a turn costs Postgres, but names belong to a session, and a server may serve many connections from one session (PGlite
 * does): the second connection that prepared the same name would be refused.
 */
export class SessionClient extends CallClient {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const prefix = randomBytes(9).toString('base64url');
    this.query = new Proxy(this.query, {
      apply: (query, client, [statement, ...rest]: unknown[]) =>
        Reflect.apply(query, client, [withPrefix(statement, prefix), ...rest]),
    });
  }
}

function withPrefix(statement: unknown, prefix: string): unknown {
  const named = typeof statement === 'object' && statement !== null && 'name' in statement;
  return named && typeof statement.name === 'string' ? { ...statement, name: `${prefix}${statement.name}` } : statement;
}
