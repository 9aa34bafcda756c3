import { AppError } from '@chatbot/errors';
import type { Profile, UserDeps } from './ports.ts';

/** The profile of the account with an address in lower case. Throws AppError RESOURCE_NOT_FOUND, also when it is marked for removal. */
export async function findUserByEmail({ profiles }: Pick<UserDeps, 'profiles'>, email: string): Promise<Profile> {
  const profile = await profiles.findByEmail(email);
  if (profile === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  return profile;
}
