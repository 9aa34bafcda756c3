import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { OpenSession } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { deviceName } from './device-name.ts';

/** Where the account is signed in, and the means to end that. */
export function SessionsSection() {
  const { api, session } = useServices();
  const queryClient = useQueryClient();
  const sessions = useQuery({
    queryKey: queryKeys.sessions,
    queryFn: ({ signal }) => api.listSessions(signal),
    staleTime: 0,
  });
  const end = useMutation({
    mutationFn: (id: string) => api.endSession(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.sessions }),
    onError: (error) => notify(problemText(problemOf(error))),
  });

  if (sessions.isPending) return <Spinner />;
  if (sessions.isError) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
        {problemText(problemOf(sessions.error))}
        <Button onClick={() => void sessions.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  return (
    <>
      <p className="text-sm text-ink-soft">{texts.settings.sessions.lead}</p>
      <ul className="mt-3 divide-y divide-line">
        {sessions.data.map((open) => (
          <SessionRow key={open.id} open={open} isBusy={end.isPending} onEnd={() => end.mutate(open.id)} />
        ))}
      </ul>
      <Button
        className="mt-6"
        onClick={() =>
          void session.signOutEverywhere().catch((error: unknown) => notify(problemText(problemOf(error))))
        }
      >
        {texts.settings.sessions.endAll}
      </Button>
    </>
  );
}

function SessionRow({ open, isBusy, onEnd }: { open: OpenSession; isBusy: boolean; onEnd: () => void }) {
  const name = deviceName(open.device.userAgent) ?? texts.settings.sessions.unknown;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3.5">
      <div className="min-w-0 flex-1 basis-52">
        <p className="text-sm font-medium">
          {name}
          {open.current && (
            <span className="ml-2 rounded bg-accent-soft px-1.5 py-0.5 text-2xs font-normal text-accent">
              {texts.settings.sessions.current}
            </span>
          )}
        </p>
        <p className="text-xs text-ink-faint">
          {texts.settings.sessions.used(formatDate(new Date(open.lastUsedAt)))}
          {open.device.ipAddress !== undefined && ` · ${open.device.ipAddress}`}
        </p>
      </div>
      {!open.current && (
        <Button aria-label={texts.organise.of(texts.settings.sessions.end, name)} disabled={isBusy} onClick={onEnd}>
          {texts.settings.sessions.end}
        </Button>
      )}
    </li>
  );
}
