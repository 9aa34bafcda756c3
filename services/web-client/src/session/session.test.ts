import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '../api/client.ts';
import { createSession } from './session.ts';

const USER = { id: 'u1', email: 'ana@example.com', displayName: 'Ana', role: 'user', version: 1 };

type Answer = { status: number; body: unknown };
type Call = { path: string; headers: Record<string, string> };

function grant(accessToken: string): Answer {
  return { status: 200, body: { accessToken, expiresInSeconds: 900, user: USER } };
}

function problem(status: number, reason: string): Answer {
  return { status, body: { title: reason, status, reason } };
}

/** Stands in for the network, which these tests cannot have. */
function serve(answer: (call: Call) => Answer | Error) {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (path: string, { headers }: { headers: Record<string, string> }) => {
    const call = { path, headers };
    calls.push(call);
    const given = answer(call);
    if (given instanceof Error) throw given;
    return new Response(JSON.stringify(given.body), { status: given.status });
  });
  return calls;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('session', () => {
  it('resumes by the cookie, with the proof that the request is from this page', async () => {
    const calls = serve(() => grant('t1'));
    const session = createSession();
    await session.start();
    expect(session.state.get()).toEqual({ status: 'signed-in', user: USER });
    expect(calls[0]).toMatchObject({ path: '/api/v1/auth/refresh', headers: { 'x-requested-with': 'chatbot' } });
    expect(await session.token()).toBe('t1');
  });

  it('is signed out without a word where there is no session', async () => {
    serve(() => problem(401, 'REFRESH_TOKEN_INVALID'));
    const session = createSession();
    await session.start();
    expect(session.state.get()).toEqual({ status: 'signed-out' });
  });

  it('keeps the account in view when a running session is over, until somebody signs in', async () => {
    const answers = [grant('t1'), problem(401, 'REFRESH_TOKEN_INVALID')];
    serve(() => answers.shift() ?? new Error('unexpected'));
    const session = createSession();
    await session.start();
    await session.renew();
    expect(session.state.get()).toEqual({ status: 'ended', user: USER });
    expect(await session.token()).toBeUndefined();

    answers.push(grant('t2'));
    await session.signIn({ email: USER.email, password: 'p' });
    expect(session.state.get()).toEqual({ status: 'signed-in', user: USER });
    expect(await session.token()).toBe('t2');
  });

  it('is left by the person, and by that only, without a trace of the account', async () => {
    const answers = [grant('t1'), problem(401, 'REFRESH_TOKEN_INVALID')];
    serve(() => answers.shift() ?? new Error('unexpected'));
    const session = createSession();
    await session.start();
    await session.renew();
    session.leave();
    expect(session.state.get()).toEqual({ status: 'signed-out' });
  });

  it('stays signed in while the server does not answer', async () => {
    const answers = [grant('t1')];
    serve(() => answers.shift() ?? new TypeError('offline'));
    const session = createSession();
    await session.start();
    await session.renew();
    expect(session.state.get().status).toBe('signed-in');
  });

  it('tries again by itself when the server does not answer at the start', async () => {
    vi.useFakeTimers();
    const answers: (Answer | Error)[] = [new TypeError('offline'), grant('t1')];
    serve(() => answers.shift() ?? new Error('unexpected'));
    const session = createSession();
    await session.start();
    expect(session.state.get().status).toBe('unreachable');
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.state.get().status).toBe('signed-in');
  });

  it('renews ahead of the end, once for all who ask', async () => {
    vi.useFakeTimers();
    let count = 0;
    serve(() => grant(`t${++count}`));
    const session = createSession();
    await session.start();
    const renewed = vi.fn();
    session.onRenewed(renewed);
    await vi.advanceTimersByTimeAsync(845_000);
    expect(renewed).toHaveBeenCalledExactlyOnceWith('t2');
    await Promise.all([session.renew(), session.renew(), session.renew()]);
    expect(count).toBe(3);
  });
});

describe('api client', () => {
  it('repeats a call once with a new token when the old one has expired', async () => {
    let count = 0;
    const calls = serve(({ path, headers }) => {
      if (path.endsWith('/auth/refresh')) return grant(`t${++count}`);
      if (headers.authorization === 'Bearer t1') return problem(401, 'TOKEN_EXPIRED');
      return { status: 200, body: { items: [] } };
    });
    const session = createSession();
    await session.start();
    const personas = await createApiClient(session).personas.list(new AbortController().signal);
    expect(personas).toEqual([]);
    expect(calls.map(({ path }) => path)).toEqual([
      '/api/v1/auth/refresh',
      '/api/v1/personas',
      '/api/v1/auth/refresh',
      '/api/v1/personas',
    ]);
  });
});
