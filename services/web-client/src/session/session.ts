import { AnySchema, sendHttp } from '../api/http.ts';
import { ProblemError, problemOf } from '../api/problem.ts';
import { type Grant, GrantSchema, type User } from '../api/schemas.ts';
import { createValue, type Value } from '../live/value.ts';

const RENEWAL_LEAD_SECONDS = 60;
const RETRY_DELAY_MS = 4000;
const CHANNEL_NAME = 'chatbot.session';
const LOCK_NAME = 'chatbot.refresh';

/** Who uses this tab. 'unreachable' is a start without an answer from the server; it is tried again by itself. */
type SessionState =
  | { status: 'starting' }
  | { status: 'unreachable' }
  | { status: 'signed-out' }
  | { status: 'signed-in'; user: User }
  /** The session is over, but not for a reason of this tab's: its page stays, until somebody signs in or leaves. */
  | { status: 'ended'; user: User };

export type Credentials = {
  email: string;
  password: string;
  /** Of the second factor, for an account that has one. */
  code?: string;
};

export type Session = {
  state: Value<SessionState>;
  /** Resumes the session of the refresh cookie, if there is one. */
  start: () => Promise<void>;
  /** @throws ProblemError */
  signIn: (credentials: Credentials) => Promise<void>;
  /** @throws ProblemError */
  /** With the setup token of the installation the account becomes its first administrator. */
  signUp: (account: Credentials & { displayName: string; setupToken?: string | undefined }) => Promise<void>;
  /** @throws ProblemError when the server did not confirm; the session then goes on. */
  signOut: () => Promise<void>;
  signOutEverywhere: () => Promise<void>;
  /** Takes over a change of the signed-in account. */
  updateUser: (user: User) => void;
  /** Gives up the page of a session that is over. */
  leave: () => void;
  /** An access token that has not expired, renewed if need be; undefined when there is no session. */
  token: () => Promise<string | undefined>;
  /** Gets a new access token, once for all callers at a time; undefined when the session is over or no answer came. */
  renew: () => Promise<string | undefined>;
  /** Hears every new access token. */
  onRenewed: (listener: (token: string) => void) => () => void;
};

/**
 * Keeps the access token, in memory only, and renews it ahead of its end. The refresh token is in an HttpOnly cookie
 * that all tabs share, and works once; so tabs take turns under a Web Lock.
 */
export function createSession(): Session {
  const state = createValue<SessionState>({ status: 'starting' });
  const listeners = new Set<(token: string) => void>();
  const channel = new BroadcastChannel(CHANNEL_NAME);
  let access: { token: string; expiresAtMs: number } | undefined;
  let renewal: Promise<string | undefined> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function accept({ accessToken, expiresInSeconds, user }: Grant): string {
    access = { token: accessToken, expiresAtMs: Date.now() + expiresInSeconds * 1000 };
    const delaySeconds = Math.max(5, Math.max(expiresInSeconds / 2, expiresInSeconds - RENEWAL_LEAD_SECONDS));
    plan(delaySeconds * 1000);
    const before = state.get();
    // The same account keeps the same state, so that a renewal renders nothing.
    if (before.status !== 'signed-in' || before.user.id !== user.id) state.set({ status: 'signed-in', user });
    for (const listener of listeners) listener(accessToken);
    return accessToken;
  }

  function forget(): void {
    clearTimeout(timer);
    access = undefined;
  }

  /** By the person's own wish. */
  function leave(): void {
    forget();
    if (state.get().status !== 'signed-out') state.set({ status: 'signed-out' });
  }

  /** By the server. */
  function end(): void {
    forget();
    const before = state.get();
    if (before.status === 'signed-in') state.set({ status: 'ended', user: before.user });
    else if (before.status !== 'ended') leave();
  }

  function isOver(): boolean {
    const { status } = state.get();
    return status === 'signed-out' || status === 'ended';
  }

  function plan(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void renew(), delayMs);
  }

  function renew(): Promise<string | undefined> {
    renewal ??= refresh().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function refresh(): Promise<string | undefined> {
    try {
      const request = { method: 'POST', path: '/auth/refresh', body: {}, schema: GrantSchema } as const;
      return accept(await inTurn(() => sendHttp(request)));
    } catch (error) {
      const { status } = problemOf(error);
      const isRefused = status === 400 || status === 401 || status === 403;
      if (isRefused) end();
      else retryLater();
      return undefined;
    }
  }

  function retryLater(): void {
    if (state.get().status === 'starting') state.set({ status: 'unreachable' });
    if (!isOver()) plan(RETRY_DELAY_MS);
  }

  async function open(path: '/auth/login' | '/auth/register', body: object): Promise<void> {
    const grant = await sendHttp({ method: 'POST', path, body, schema: GrantSchema });
    accept(grant);
    channel.postMessage('signed-in');
  }

  async function close(path: '/auth/logout' | '/auth/logout-all'): Promise<void> {
    const request = { method: 'POST', path, body: {}, schema: AnySchema, token: access?.token } as const;
    await inTurn(() => sendHttp(request)).catch((error: unknown) => {
      // A session that is over already is signed out, too.
      if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error;
    });
    channel.postMessage('signed-out');
    leave();
  }

  channel.addEventListener('message', ({ data }) => {
    if (data === 'signed-out') leave();
    if (data === 'signed-in' && isOver()) void renew();
  });

  return {
    state,
    start: async () => void (await renew()),
    signIn: (credentials) => open('/auth/login', credentials),
    signUp: (account) => open('/auth/register', account),
    signOut: () => close('/auth/logout'),
    signOutEverywhere: () => close('/auth/logout-all'),
    updateUser: (user) => state.set({ status: 'signed-in', user }),
    leave,
    async token() {
      if (access !== undefined && access.expiresAtMs > Date.now()) return access.token;
      return isOver() ? undefined : renew();
    },
    renew,
    onRenewed(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Runs the task while no other tab runs one. Off localhost, plain http has no Web Locks; tabs then race, which the
 * server's grace for a repeated refresh forgives. */
function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
  return 'locks' in navigator ? navigator.locks.request(LOCK_NAME, task) : task();
}
