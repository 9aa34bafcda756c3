// `pnpm env:make`: what docker-compose.yml needs and git must not have: passwords, the signing key, certificates.
import { makeEnv } from './env/make-env.ts';
import { envHelp, parseEnvOptions } from './env/options.ts';

try {
  const options = parseEnvOptions(process.argv.slice(2));
  if (options.help) console.log(envHelp);
  else for (const line of await makeEnv(options)) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
