import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { OllamaSimConfig } from './config.ts';
import type { ModelConfig } from './models/model.ts';
import { parseScriptName } from './models/script-name.ts';

const FlagsSchema = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(11_434),
  models: z.string().default('demo'),
  rate: z.coerce.number().min(0).max(100_000).default(30),
  parallel: z.coerce.number().int().min(0).default(0),
  control: z.union([z.boolean(), z.stringbool()]).default(false),
});

/**
 * Reads the command line, and for what it leaves out the environment (OLLAMA_SIM_HOST, _PORT, _MODELS, _RATE,
 * _PARALLEL, _CONTROL). Throws an Error that names every bad value's flag.
 */
export function parseCommandLine(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): OllamaSimConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      models: { type: 'string' },
      rate: { type: 'string' },
      parallel: { type: 'string' },
      control: { type: 'boolean' },
    },
  });
  const names = Object.keys(FlagsSchema.shape);
  const fromEnv = names.map((name) => [name, env[`OLLAMA_SIM_${name.toUpperCase()}`]] as const);
  const given = fromEnv.filter(([, value]) => value !== undefined && value !== '');
  const parsed = FlagsSchema.safeParse({ ...Object.fromEntries(given), ...values });
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
  }
  const { host, port, control, rate, parallel, models } = parsed.data;
  return {
    host,
    port,
    control,
    demoRatePerSecond: rate,
    parallel: parallel === 0 ? Number.POSITIVE_INFINITY : parallel,
    models: Object.fromEntries(splitNames(models).map((name) => [name, modelByName(name)])),
    // Only the control API could show the history.
    ...(control ? {} : { historyMax: 0 }),
  };
}

function splitNames(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function modelByName(name: string): ModelConfig {
  switch (name.replace(/:latest$/, '')) {
    case 'demo':
      return { kind: 'demo' };
    case 'embed':
      return { kind: 'embedding' };
    default: {
      const script = parseScriptName(name);
      if (script === undefined) {
        throw new Error(`--models: "${name}" is none of "demo", "embed" and the sim-… names`);
      }
      return script;
    }
  }
}
