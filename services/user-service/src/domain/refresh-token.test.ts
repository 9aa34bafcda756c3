import { describe, expect, it } from 'vitest';
import { decideRefresh, hashRefreshToken, refreshGraceMs, successorOf } from './refresh-token.ts';

const now = new Date('2026-11-23T12:00:00Z');
const nonce = new Uint8Array([1, 2, 3]);
const later = (ms: number) => new Date(now.getTime() + ms);
const latest = { expiresAt: later(1), sessionRevoked: false, rotation: undefined };
const rotatedAt = (at: Date) => ({ ...latest, rotation: { at, nonce } });

describe('decideRefresh', () => {
  it.each([
    ['the latest token', latest, 'rotate'],
    ['a token that expires now', { ...latest, expiresAt: now }, 'refuse'],
    ['a token of a revoked session', { ...latest, sessionRevoked: true }, 'refuse'],
    ['a token exchanged just now', rotatedAt(now), 'repeat'],
    ['a token exchanged by a clock that is ahead', rotatedAt(later(5_000)), 'repeat'],
    ['a token exchanged at the end of the grace', rotatedAt(later(-refreshGraceMs)), 'repeat'],
    ['a token exchanged before the grace', rotatedAt(later(-refreshGraceMs - 1)), 'reuse'],
    ['an old token of a revoked session', { ...rotatedAt(later(-60_000)), sessionRevoked: true }, 'refuse'],
    ['an old token that expired', { ...rotatedAt(later(-60_000)), expiresAt: now }, 'refuse'],
  ])('%s', (_name, token, kind) => {
    expect(decideRefresh(token, now).kind).toBe(kind);
  });
});

describe('successorOf', () => {
  it('is the same for the same token and nonce, and another for another of either', () => {
    expect(successorOf('token', nonce)).toBe(successorOf('token', nonce));
    const others = [successorOf('token', new Uint8Array([1, 2, 4])), successorOf('tokem', nonce)];
    for (const other of others) expect(other).not.toBe(successorOf('token', nonce));
  });

  it('has 256 bits', () => {
    expect(Buffer.from(successorOf('token', nonce), 'base64url')).toHaveLength(32);
  });
});

it('hashRefreshToken gives the 32 bytes of SHA-256', () => {
  expect(Buffer.from(hashRefreshToken('abc')).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
