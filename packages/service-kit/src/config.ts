import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Lists every variable that is missing or wrong, never its value. */
export class ConfigError extends Error {
  readonly problems: readonly { variable: string; message: string }[];

  constructor(problems: readonly { variable: string; message: string }[]) {
    super(problems.map(({ variable, message }) => `  ${variable}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a configuration from the environment. A blank variable counts as a missing one.
 * Throws ConfigError naming every bad variable at once.
 */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, env: Environment): Readonly<z.output<Schema>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(present);
  if (result.success) return Object.freeze(result.data);
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const variable = issue.path.join('.');
      const isMissing = issue.code !== 'custom' && variable !== '' && !Object.hasOwn(present, variable);
      return { variable: variable || '(environment)', message: isMissing ? 'is required' : issue.message };
    }),
  );
}

const port = z.coerce.number().int().min(0).max(65_535);

/** Variables that every service reads. Spread into its own z.object. */
export const commonEnv = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('In production no secret has a default'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The least severe level that is logged'),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address for metrics and health'),
  SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(10_000)
    .describe('How long a shutdown may take before the process ends anyway, in milliseconds'),
};

/** The variable of a port, 0 to let the system choose one. */
export function portVariable(defaultPort: number, description: string) {
  return port.default(defaultPort).describe(description);
}

/** Variables of a service that answers gRPC. */
export function rpcServerEnv(defaultPort: number) {
  return {
    GRPC_HOST: z.string().default('127.0.0.1').describe('Address for gRPC; keep it on loopback without TLS'),
    GRPC_PORT: portVariable(defaultPort, 'Port for gRPC'),
  };
}

/** A URL of one of `protocols` (without the colon). */
export function urlVariable(protocols: readonly string[], description: string) {
  return z
    .string()
    .refine((value) => hasProtocol(value, protocols), `must be a URL that begins with ${protocols.join(':// or ')}://`)
    .describe(description);
}

/** A comma-separated list, trimmed, without empty entries. */
export function listVariable(description: string) {
  return z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .describe(description);
}

/** The table of a README: a row a variable, from the same schema that reads them. */
export function environmentTable(shape: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(shape).map(([name, schema]) => {
    const { default: fallback, description } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const required = !schema.safeParse(undefined).success;
    const shown = required
      ? '**required**'
      : fallback === undefined || fallback === ''
        ? '–'
        : `\`${String(fallback)}\``;
    return `| \`${name}\` | ${shown} | ${schema.description ?? description ?? ''} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1));
}
