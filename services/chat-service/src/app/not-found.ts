import { AppError } from '@chatbot/errors';

/** `value`, or RESOURCE_NOT_FOUND without a word on what was asked for: a foreign resource answers as a missing one. */
export function orNotFound<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  return value;
}
