import { type Jwks, unary } from '@chatbot/service-kit';
import { z } from 'zod';

export function listSigningKeysRpc({ jwks }: { jwks: () => Jwks }) {
  return unary({
    access: 'anyone',
    // Whoever checks access tokens.
    callers: ['api-gateway', 'chat-service'],
    input: z.object({}),
    handle: async () => ({ jwksJson: JSON.stringify(jwks()) }),
  });
}
