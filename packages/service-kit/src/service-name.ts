export const serviceNames = ['api-gateway', 'user-service', 'chat-service', 'ai-service'] as const;

/** The services of the system, as their certificates name them. */
export type ServiceName = (typeof serviceNames)[number];

/**
 * The identity of a service, as a URI in the subject alternative names of its certificate
 * (https://spiffe.io/docs/latest/spiffe-specs/spiffe-id/).
 */
export function serviceIdentity(name: ServiceName): string {
  return `spiffe://chatbot/${name}`;
}

/**
 * Which service a certificate is for, from its subject alternative names as Node writes them; undefined when it is for none, or for more
 * than one: a certificate that two services share would tell them apart by nothing.
 */
export function serviceOf(subjectAltName: string | undefined): ServiceName | undefined {
  // Node quotes a name that holds a comma, so a name cannot pretend to be two.
  const uris = (subjectAltName ?? '').split(', ').filter((entry) => entry.startsWith('URI:'));
  const [uri] = uris;
  return uris.length === 1 ? serviceNames.find((name) => uri === `URI:${serviceIdentity(name)}`) : undefined;
}
