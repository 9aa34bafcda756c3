import { defaultPreferences, type Preferences } from '../domain/preferences.ts';
import type { UserDeps } from './ports.ts';

/** What `userId` prefers; the defaults, as version 0, when they never chose. */
export async function getPreferences(deps: Pick<UserDeps, 'preferences'>, userId: string): Promise<Preferences> {
  return (await deps.preferences.find(userId)) ?? defaultPreferences;
}
