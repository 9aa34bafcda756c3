export type Role = 'user' | 'admin';

/** Somebody who can sign in, as they may see themselves. */
export type Account = {
  /** UUIDv7. */
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts the changes, from 1. */
  readonly version: number;
  /** Counts what made all earlier access tokens invalid, from 1. */
  readonly tokenVersion: number;
  /** When it will be removed, unless its owner signs in before. */
  readonly purgeAt: Date | undefined;
};

export const displayNameLengthMax = 80;

/** The name for somebody who gave none: the part of the address before the @. */
export function defaultDisplayName(email: string): string {
  return email.slice(0, email.lastIndexOf('@')).slice(0, displayNameLengthMax);
}
