import { Secret, TOTP } from 'otpauth';

/** Who the codes are for, as authenticator apps show it. */
const issuer = 'Chatbot';
const periodSeconds = 30;
/** Clocks differ: the codes of this many periods before and after count, too (RFC 6238, section 5.2). */
const skewPeriods = 1;
/** As long as the HMAC's output (RFC 4226, section 4, R6). */
const secretBytes = 20;

/** A new secret of 160 random bits. */
export function createCodeSecret(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Secret({ size: secretBytes }).bytes);
}

/** The secret as people type it, and as authenticator apps read it from a QR code. */
export function describeCodeSecret({ secret, email }: { secret: Uint8Array; email: string }): {
  base32: string;
  uri: string;
} {
  const totp = totpOf(secret, email);
  return { base32: totp.secret.base32, uri: totp.toString() };
}

/**
 * Which period since 1970 a code of six digits belongs to; undefined when it is none of the present one, the one before or the one after. The
 * caller accepts each period once (RFC 6238, section 5.2).
 */
export function findCodeStep({ secret, code, at }: { secret: Uint8Array; code: string; at: Date }): number | undefined {
  const timestamp = at.getTime();
  const totp = totpOf(secret);
  const delta = totp.validate({ token: code, timestamp, window: skewPeriods });
  return delta === null ? undefined : totp.counter({ timestamp }) + delta;
}

function totpOf(secret: Uint8Array, label = ''): TOTP {
  return new TOTP({
    issuer,
    label,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
  });
}
