import { type Jwks, unary } from '@chatbot/service-kit';
import { z } from 'zod';

export function listSigningKeysRpc({ jwks }: { jwks: Jwks }) {
  const jwksJson = JSON.stringify(jwks);
  return unary({ access: 'anyone', input: z.object({}), handle: async () => ({ jwksJson }) });
}
