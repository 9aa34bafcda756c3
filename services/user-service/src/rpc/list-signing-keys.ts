import { type Jwks, unary } from '@chatbot/service-kit';
import { z } from 'zod';

export function listSigningKeysRpc({ jwks }: { jwks: Jwks }) {
  const jwksJson = JSON.stringify(jwks);
  return unary({
    access: 'anyone',
    callers: ['api-gateway', 'chat-service'],
    input: z.object({}),
    handle: async () => ({ jwksJson }),
  });
}
