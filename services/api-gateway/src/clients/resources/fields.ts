import { AppError } from '@chatbot/errors';
import { fromTimestamp, type Timestamp } from '@chatbot/service-kit';
import { z } from 'zod';

// The files beside this one hold the resources of the REST API and of the socket events, one subject each; the OpenAPI document is made from their
// schemas. What the services answer is parsed like any other input: a field that is not what the contract says is a fault, found here.

export const dateTime = z.iso.datetime();

/** A field that the contract always fills. Throws INTERNAL when it is absent. */
export function present<Value>(value: Value | null | undefined, name: string): Value {
  if (value === null || value === undefined) throw new AppError('INTERNAL', { cause: new Error(`${name} is absent`) });
  return value;
}

export function iso(timestamp: Timestamp | null): string {
  return fromTimestamp(present(timestamp, 'time')).toISOString();
}

/** Without the empty texts, with which proto3 says "absent". */
export function filled<Fields extends Record<string, string>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as Partial<Fields>;
}
