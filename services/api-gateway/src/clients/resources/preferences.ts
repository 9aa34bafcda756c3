import type { Preferences__Output } from '@chatbot/proto/chatbot/user/v1/Preferences';
import { z } from 'zod';
import { present } from './fields.ts';
import { parametersSchema, toParameters } from './parameters.ts';

export const preferencesSchema = z
  .object({
    theme: z.enum(['system', 'light', 'dark']),
    defaultPersona: z.string().max(64).meta({ description: 'Empty takes the default of the system' }),
    defaultModel: z.string().max(200).meta({ description: 'Empty takes the default of the system' }),
    parameters: parametersSchema,
    language: z.string().max(35).meta({ description: 'A BCP 47 tag; empty follows the browser' }),
    sendOnEnter: z.boolean(),
    version: z.int().min(0).meta({ description: '0 until something was chosen' }),
  })
  .meta({ id: 'Preferences' });

export type Preferences = z.infer<typeof preferencesSchema>;

export function toPreferences(preferences: Preferences__Output | null): Preferences {
  const { theme, defaultPersona, defaultModel, parameters, language, sendOnEnter, version } = present(
    preferences,
    'preferences',
  );
  return {
    theme: preferencesSchema.shape.theme.parse(theme),
    defaultPersona,
    defaultModel,
    parameters: toParameters(parameters),
    language,
    sendOnEnter,
    version,
  };
}
