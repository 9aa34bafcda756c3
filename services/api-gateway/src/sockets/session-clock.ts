import { type AppError, toAppError } from '@chatbot/errors';
import type { AccessTokenVerifier, Identity } from '@chatbot/service-kit';

/** Something that lives longer than the request that began it: a socket, a stream. */
export type WatchedSession = {
  /** Who it belongs to now; a renewal changes that. */
  identity(): Identity;
  /** Told once for each identity, a minute before its token ends. */
  expiring?(at: Date): void;
  /** Told once, when the token has expired or was revoked. */
  ended(error: AppError): void;
};

export type SessionClock = Disposable & {
  /** Watches until the result is disposed of or the session has ended. */
  watch(session: WatchedSession): Disposable;
};

const tickMs = 1_000;
/** A client is told so long before its token ends. */
const warningMs = 60_000;

/** Ends what was opened with a token as soon as the token no longer counts. One timer for all of them. */
export function startSessionClock(accessTokens: Pick<AccessTokenVerifier, 'recheck'>): SessionClock {
  const watched = new Map<WatchedSession, { warnedAboutMs: number }>();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const [session, state] of watched) check(session, { state, nowMs });
  }, tickMs);

  function check(session: WatchedSession, { state, nowMs }: { state: { warnedAboutMs: number }; nowMs: number }) {
    const identity = session.identity();
    const { expiresAtMs } = identity;
    try {
      accessTokens.recheck(identity);
    } catch (thrown) {
      watched.delete(session);
      session.ended(toAppError(thrown));
      return;
    }
    if (nowMs < expiresAtMs - warningMs || state.warnedAboutMs === expiresAtMs) return;
    state.warnedAboutMs = expiresAtMs;
    session.expiring?.(new Date(expiresAtMs));
  }

  return {
    watch(session) {
      watched.set(session, { warnedAboutMs: 0 });
      return { [Symbol.dispose]: () => void watched.delete(session) };
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
