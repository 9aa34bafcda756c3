import { z } from 'zod';
import type { PreferenceStore } from '../app/ports.ts';
import { defaultPreferences, type Preferences, type Settings, themes } from '../domain/preferences.ts';
import type { Preferences as PreferencesRow, Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';

/** A setting that a row does not have, or that no longer means anything, takes its default. */
const settingsSchema = z.object({
  theme: z.enum(themes).catch(defaultPreferences.theme),
  defaultPersona: z.string().catch(''),
  defaultModel: z.string().catch(''),
  parameters: z
    .object({
      temperature: z.number().optional(),
      topP: z.number().optional(),
      maxTokens: z.number().optional(),
      seed: z.number().optional(),
      stop: z.array(z.string()).optional(),
    })
    .catch({}),
  language: z.string().catch(''),
  sendOnEnter: z.boolean().catch(defaultPreferences.sendOnEnter),
});

/** Preferences in Postgres. */
export function createPrismaPreferenceStore({ run }: Database): PreferenceStore {
  return {
    async find(accountId) {
      const row = await run((prisma) => prisma.preferences.findUnique({ where: { accountId } }));
      return row === null ? undefined : toPreferences(row);
    },

    async replace({ accountId, version, settings, at }) {
      const data = { settings: toJson(settings), updatedAt: at };
      const [row] = await run((prisma) =>
        version === 0
          ? prisma.preferences.createManyAndReturn({ data: [{ ...data, accountId, version: 1 }], skipDuplicates: true })
          : prisma.preferences.updateManyAndReturn({
              where: { accountId, version },
              data: { ...data, version: { increment: 1 } },
            }),
      );
      return row === undefined ? undefined : toPreferences(row);
    },
  };
}

function toPreferences({ settings, version }: PreferencesRow): Preferences {
  return { ...settingsSchema.parse(settings), version };
}

function toJson({ parameters, ...settings }: Settings): Prisma.InputJsonObject {
  const present = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return { ...settings, parameters: Object.fromEntries(present) };
}
