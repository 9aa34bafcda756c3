import type { IncomingHttpHeaders } from 'node:http';

/** Whether a browser request with these headers comes from a page that may talk to us. Without an Origin it is no browser page. */
export type OriginCheck = (headers: IncomingHttpHeaders) => boolean;

/** Compares with a list and never with the Host header, which an attacker's own domain name would match. */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const origins = new Set(allowed.map((origin) => new URL(origin).origin));
  return ({ origin }) => origin === undefined || origins.has(origin);
}

/** The origins of a gateway on this machine, for when none are configured. */
export function loopbackOrigins(port: number): readonly string[] {
  return [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`];
}
