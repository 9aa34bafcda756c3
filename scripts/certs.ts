// `pnpm certs`: certificates for development, one a service, signed by an authority of this folder's own.
import { makeCertificates } from './certs/make-certificates.ts';
import { certsHelp, parseCertsOptions } from './certs/options.ts';

try {
  const options = parseCertsOptions(process.argv.slice(2));
  if (options.help) console.log(certsHelp);
  else for (const line of await makeCertificates(options)) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
