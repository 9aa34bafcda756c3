import { type Jwks, unary } from '@chatbot/service-kit';
import { z } from 'zod';

export function listSigningKeysRpc({ jwks }: { jwks: () => Jwks }) {
  return unary({
    access: 'anyone',
    input: z.object({}),
    handle: async () => ({ jwksJson: JSON.stringify(jwks()) }),
  });
}
