import type { GetSecondFactorResponse__Output } from '@chatbot/proto/chatbot/user/v1/GetSecondFactorResponse';
import { z } from 'zod';
import { dateTime, iso } from './fields.ts';

export const secondFactorSchema = z
  .object({
    enabled: z.boolean(),
    enabledAt: dateTime.optional(),
    recoveryCodesLeft: z.int().meta({ description: 'Those that have not been used' }),
  })
  .meta({ id: 'SecondFactor' });

export function toSecondFactor({ enabledAt, recoveryCodesLeft }: GetSecondFactorResponse__Output) {
  return {
    enabled: enabledAt !== null,
    ...(enabledAt === null ? {} : { enabledAt: iso(enabledAt) }),
    recoveryCodesLeft,
  };
}
