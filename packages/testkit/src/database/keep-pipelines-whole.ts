import type { PGlite } from '@electric-sql/pglite';

/**
 * Messages of the extended query protocol that leave the server waiting for more of the same client: Parse, Bind, Describe, Execute, Close,
 * Flush (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
const openingTypes = new Set(['P', 'B', 'D', 'E', 'C', 'H']);
/** Query, Sync, Terminate. */
const closingTypes = new Set(['Q', 'S', 'X']);

const syncMessage = new Uint8Array([0x53, 0, 0, 0, 4]);

/**
 * PGlite for a PGLiteSocketServer whose clients use prepared statements. All connections of that server share one session of the database, and
 * it takes turns between them after every message: one client's Bind may meet the statement that another has just parsed. It
 * lets nobody in between while `isInTransaction()` says so; here that is also the case from the first message of a pipeline to
 * its Sync.
 */
export function keepPipelinesWhole(db: PGlite): PGlite {
  let inPipeline = false;

  const replacements: Partial<PGlite> = {
    isInTransaction: () => inPipeline || db.isInTransaction(),
    async execProtocolRawStream(message, options) {
      await db.execProtocolRawStream(message, options);
      const type = String.fromCharCode(message[0] ?? 0);
      if (openingTypes.has(type)) inPipeline = true;
      if (closingTypes.has(type)) inPipeline = false;
    },
    // The server calls this, with ROLLBACK, when a connection is lost; the rest of its pipeline will not come.
    async exec(query, options) {
      if (inPipeline) {
        await db.runExclusive(() => db.execProtocolRaw(syncMessage));
        inPipeline = false;
      }
      return db.isInTransaction() ? db.exec(query, options) : [];
    },
  };

  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(name in replacements ? replacements : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
