import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { getPreferences } from '../app/get-preferences.ts';
import type { UserDeps } from '../app/ports.ts';
import { toPreferences } from './convert.ts';

export function getPreferencesRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: z.object({}),
    handle: async (_request, { identity }) => ({
      preferences: toPreferences(await getPreferences(deps, identity.userId)),
    }),
  });
}
