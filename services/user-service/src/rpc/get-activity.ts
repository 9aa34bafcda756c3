import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { requireAdmin } from '../app/require-admin.ts';
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

export function getActivityTotalsRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: rangeInput,
    async handle(range, { identity }) {
      await requireAdmin(deps, identity.userId);
      return { activity: await deps.activity.listTotals(range) };
    },
  });
}
