import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Preferences } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { isLanguage, setLanguage } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import { useServices } from './services.tsx';
import { setTheme } from './theme.ts';

/** What the account prefers; undefined until it is known. */
export function usePreferences(): Preferences | undefined {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.preferences,
    queryFn: ({ signal }) => api.getPreferences(signal),
  }).data;
}

/** Brings this browser in line with what was chosen on another device. */
export function useAppliedPreferences(): void {
  const preferences = usePreferences();
  const isChosen = preferences !== undefined && preferences.version > 0;
  const theme = isChosen ? preferences.theme : undefined;
  const tag = isChosen ? preferences.language : undefined;

  useEffect(() => {
    if (theme !== undefined) setTheme(theme);
  }, [theme]);
  useEffect(() => {
    // Without its catalogue, the language stays as it is; the choice is kept on the server.
    if (isLanguage(tag)) void setLanguage(tag).catch(() => {});
  }, [tag]);
}

type PreferenceChanges = Partial<Omit<Preferences, 'version'>>;

/** Stores changes of the preferences. They take effect at once; if another device was faster, on top of its changes. */
export function useSavePreferences(): (changes: PreferenceChanges, then?: { onSuccess: () => void }) => void {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const { mutate } = useMutation({
    scope: { id: 'preferences' },
    async mutationFn(changes: PreferenceChanges) {
      const known = queryClient.getQueryData<Preferences>(queryKeys.preferences) ?? (await api.getPreferences());
      try {
        return await api.putPreferences({ ...known, ...changes });
      } catch (error) {
        if (problemOf(error).reason !== 'VERSION_CONFLICT') throw error;
        return api.putPreferences({ ...(await api.getPreferences()), ...changes });
      }
    },
    onSuccess: (stored) => queryClient.setQueryData(queryKeys.preferences, stored),
    onError: (error) => notify(problemText(problemOf(error))),
  });
  return mutate;
}
