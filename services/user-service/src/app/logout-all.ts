import type { UserDeps } from './ports.ts';

/** Ends every session of an account, the present one too. */
export async function logoutAll(
  deps: Pick<UserDeps, 'accounts' | 'revocations' | 'events' | 'now'>,
  userId: string,
): Promise<void> {
  const cause = 'logout_everywhere';
  const account = await deps.accounts.endAllSessions({ id: userId, cause, at: deps.now() });
  if (account === undefined) return;
  await deps.revocations.publish([{ kind: 'account', userId, tokenVersion: account.tokenVersion, cause }]);
  deps.events.count('logged_out_everywhere');
}
