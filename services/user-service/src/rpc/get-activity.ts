import { AppError } from '@chatbot/errors';
import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { dayCount, dayCountMax } from '../domain/activity.ts';

const rangeInput = z
  .object({ from: z.iso.date(), to: z.iso.date() })
  .refine((range) => dayCount(range) >= 1 && dayCount(range) <= dayCountMax, {
    path: ['to'],
    error: `must be from the first day to ${dayCountMax - 1} days after it`,
  });

export function getActivityRpc({ activity }: UserDeps) {
  return unary({
    access: 'user',
    input: rangeInput,
    handle: async (range, { identity }) => ({
      activity: await activity.list({ ...range, accountId: identity.userId }),
    }),
  });
}

export function getActivityTotalsRpc({ activity }: UserDeps) {
  return unary({
    access: 'user',
    input: rangeInput,
    async handle(range, { identity }) {
      if (identity.role !== 'admin') throw new AppError('PERMISSION_DENIED');
      return { activity: await activity.listTotals(range) };
    },
  });
}
