import { AppError } from '@chatbot/errors';

/**
 * For `catch` of a change at a version: a VERSION_CONFLICT gets the resource as it is now, which the problem shows as `current`, so that whoever
 * came second can see what they missed. Other errors stay as they are.
 */
export function withCurrent(readCurrent: () => Promise<unknown>): (thrown: unknown) => Promise<never> {
  return async (thrown) => {
    if (!(thrown instanceof AppError) || thrown.reason !== 'VERSION_CONFLICT') throw thrown;
    const { detail, metadata } = thrown;
    throw new AppError('VERSION_CONFLICT', { detail, metadata, current: await readCurrent(), cause: thrown });
  };
}
