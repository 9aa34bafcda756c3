import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rootDir } from '../root-dir.ts';

export interface CertsOptions {
  /** Absolute. */
  dir: string;
  validDays: number;
  help: boolean;
}

export const certsHelp = `npm run certs -- [options]

Makes an authority, once, and a new certificate and key for each service: <dir>/<service>/{tls.crt,tls.key,ca.crt}. Running it again renews the
certificates; services that run take the new ones up by themselves. For development: who has <dir>/ca.key can be any service.

  --dir <dir>   where they are kept (default .certs)
  --days <n>    how long the certificates are good for (default 365)
  --help        print this
`;

const daysMax = 3_650;

/** Reads the command line. Throws an Error saying which option is wrong. */
export function parseCertsOptions(args: readonly string[]): CertsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      dir: { type: 'string', default: join(rootDir, '.certs') },
      days: { type: 'string', default: '365' },
      help: { type: 'boolean', default: false },
    },
  });
  const validDays = Number(values.days);
  if (!Number.isInteger(validDays) || validDays < 1 || validDays > daysMax) {
    throw new Error(`--days must be a whole number from 1 to ${daysMax}`);
  }
  return { dir: resolve(values.dir), validDays, help: values.help };
}
