import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { updatePreferences } from '../app/update-preferences.ts';
import { toPreferences } from './convert.ts';
import { preferencesInput } from './inputs.ts';

const input = z.object({ preferences: preferencesInput });

export function updatePreferencesRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async ({ preferences: { version, ...settings } }, { identity }) => ({
      preferences: toPreferences(await updatePreferences(deps, { userId: identity.userId, version, settings })),
    }),
  });
}
