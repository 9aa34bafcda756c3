import { AppError } from '@chatbot/errors';
import type { Preferences, Settings } from '../domain/preferences.ts';
import { getPreferences } from './get-preferences.ts';
import type { UserDeps } from './ports.ts';

export type UpdatePreferencesInput = {
  userId: string;
  settings: Settings;
  /** The version that the caller last saw. */
  version: number;
};

/** Replaces all preferences, if `version` is the current one. Throws AppError VERSION_CONFLICT with the current ones as JSON in its metadata. */
export async function updatePreferences(
  deps: Pick<UserDeps, 'preferences' | 'now'>,
  { userId, settings, version }: UpdatePreferencesInput,
): Promise<Preferences> {
  const replaced = await deps.preferences.replace({ accountId: userId, version, settings, at: deps.now() });
  if (replaced !== undefined) return replaced;
  const current = await getPreferences(deps, userId);
  const metadata = { version: String(current.version), current: JSON.stringify(current) };
  throw new AppError('VERSION_CONFLICT', { metadata });
}
