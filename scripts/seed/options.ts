import { parseArgs } from 'node:util';

const scenarios = ['demo', 'long', 'million'] as const;

export type SeedOptions =
  | { scenario: 'demo'; url: string; email: string; password: string | undefined }
  | { scenario: 'long' | 'million'; databaseUrl: string; userId: string };

/** A command line that cannot be used; its message is all the reader needs. */
export class SeedOptionError extends Error {
  override name = 'SeedOptionError';
}

export const seedHelp = `pnpm seed <scenario> [options]

  demo              an account with a few conversations in folders, made through the API of a running system
  long              one conversation of 5,000 messages
  million           1,000,000 messages of 1,000 accounts, 50 conversations each; a few minutes

demo:
  --url <url>       where the system runs (default http://localhost:8080)
  --email <text>    the account; it is made when it does not exist (default demo@example.com)
  --password <text> of the account (default: a new one, which is printed)

long, million: straight into the Postgres database of chat-service, which has its tables already (pnpm db:migrate)
  --database <url>  the database (default: CHAT_DATABASE_URL)
  --user <id>       the account that owns the conversation, or those of the first of the accounts (GET /api/v1/users/me tells it)
`;

/** Reads the command line. Throws SeedOptionError saying what is wrong with it; undefined asks for the help. */
export function parseSeedOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SeedOptions | undefined {
  const { values, positionals } = parseStrictly(args);
  if (values.help === true) return undefined;
  const [name, ...rest] = positionals;
  const scenario = scenarios.find((known) => known === name);
  if (scenario === undefined || rest.length > 0) throw new SeedOptionError(seedHelp);
  if (scenario === 'demo') {
    const { url = 'http://localhost:8080', email = 'demo@example.com', password } = values;
    return { scenario, url, email, password };
  }
  const databaseUrl = values.database ?? env.CHAT_DATABASE_URL;
  if (databaseUrl === undefined) throw new SeedOptionError(`${scenario} needs --database or CHAT_DATABASE_URL.`);
  const { user: userId = '' } = values;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(userId)) {
    throw new SeedOptionError(`${scenario} needs --user, the id of an account.`);
  }
  return { scenario, databaseUrl, userId };
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: text,
        email: text,
        password: text,
        database: text,
        user: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new SeedOptionError(`${error instanceof Error ? error.message : String(error)}\n\n${seedHelp}`);
  }
}
