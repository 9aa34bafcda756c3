/** One Ollama server of the operator's configuration. */
export type OllamaEndpoint = {
  /** Scheme, host and port, for example "http://127.0.0.1:11434". */
  readonly origin: string;
  /** What stands before "/api", for a server behind a proxy; "" or "/ollama". */
  readonly pathPrefix: string;
  /** Host and port, for logs: without credentials. */
  readonly label: string;
  /** The Authorization header, when the URL holds a user and a password. */
  readonly authorization?: string;
};

/**
 * Reads a URL of OLLAMA_HOSTS. Credentials become a header (RFC 7617) and are no part of any address from here on.
 * Returns undefined for what is no http or https URL.
 */
export function parseEndpoint(value: string): OllamaEndpoint | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined;
  const user = decode(url.username);
  const password = decode(url.password);
  if (user === undefined || password === undefined) return undefined;
  return {
    origin: url.origin,
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    label: url.host,
    ...(user === '' && password === '' ? {} : { authorization: basicAuthorization(user, password) }),
  };
}

function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
