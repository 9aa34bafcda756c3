import { AppError } from '@chatbot/errors';
import { z } from 'zod';

const changeCursor = z.strictObject({ v: z.literal(1), list: z.literal('changes'), atMs: z.int().min(0).max(8.64e15) });

/** An opaque text for clients to send back: the moment up to which they know everything. */
export function encodeChangeCursor(atMs: number): string {
  return Buffer.from(JSON.stringify({ v: 1, list: 'changes', atMs })).toString('base64url');
}

/** Throws VALIDATION_FAILED unless the cursor was made here. */
export function decodeChangeCursor(cursor: string): number {
  try {
    return changeCursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).atMs;
  } catch {
    const message = 'is not one that this list gave out';
    throw new AppError('VALIDATION_FAILED', {
      detail: `cursor: ${message}`,
      violations: [{ field: 'cursor', message }],
    });
  }
}
