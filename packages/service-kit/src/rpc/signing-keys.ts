import { userServiceDefinition } from '@chatbot/proto';
import { fetchJwks, type Jwks, jwksSchema } from '../access-token.ts';
import { ConfigError, urlVariable } from '../config.ts';
import type { RpcMetrics } from '../metrics.ts';
import { createRequestContext } from '../request-context.ts';
import type { Tls } from '../tls/tls.ts';
import { createRpcClient } from './client.ts';

/** The variable of a service that verifies access tokens. */
export const jwksEnv = {
  JWKS_URL: urlVariable(
    ['grpc', 'http', 'https'],
    'Where user-service publishes the keys that verify access tokens: `grpc://user-service:50051`, or its JWKS over http for development',
  ),
};

/** Who can answer for this URL can sign in as anybody, so in production nobody on the way may. Throws ConfigError. */
export function parseJwksUrl({ JWKS_URL, NODE_ENV }: { JWKS_URL: string; NODE_ENV: string }): string {
  if (NODE_ENV === 'production' && JWKS_URL.toLowerCase().startsWith('http:')) {
    throw new ConfigError([{ variable: 'JWKS_URL', message: 'must begin with grpc:// or https:// in production' }]);
  }
  return JWKS_URL;
}

export type SigningKeys = Disposable & { load(): Promise<Jwks> };

const timeoutMs = 3_000;

/** The keys at a JWKS_URL, for createAccessTokenVerifier; from a `grpc:` one with the same certificates as every other call. */
export function openSigningKeys(options: { url: string; tls: Tls | undefined; metrics: RpcMetrics }): SigningKeys {
  const { url, tls, metrics } = options;
  const { protocol, host } = new URL(url);
  if (protocol !== 'grpc:') return { load: fetchJwks(url), [Symbol.dispose]: () => {} };
  const client = createRpcClient({
    definition: userServiceDefinition,
    address: `dns:///${host}`,
    peer: 'user-service',
    tls,
    metrics,
  });
  return {
    async load() {
      const { jwksJson } = await client.unary('ListSigningKeys', {}, { context: createRequestContext(), timeoutMs });
      return jwksSchema.parse(JSON.parse(jwksJson));
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
