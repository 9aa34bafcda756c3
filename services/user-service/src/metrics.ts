import { Gauge, type Registry } from '@chatbot/service-kit';

/** signing_key_created_timestamp_seconds; without a sample where no key says by its name when it was made. */
export function reportSigningKeyAge(registry: Registry, newestKeyAtMs: () => number | undefined): void {
  new Gauge({
    name: 'signing_key_created_timestamp_seconds',
    help: 'When the newest key for access tokens was made, in seconds since 1970',
    registers: [registry],
    collect() {
      const atMs = newestKeyAtMs();
      if (atMs === undefined) this.remove();
      else this.set(atMs / 1000);
    },
  });
}
