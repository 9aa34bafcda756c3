/** A fresh id of 32 hexadecimal digits. crypto.randomUUID exists on https and localhost only; this exists everywhere. */
export function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
