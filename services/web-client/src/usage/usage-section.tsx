import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { usePersonas } from '../chat/use-options.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { formatDay, formatNumber, formatTime } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { daysFrom, sumBy } from './sum-activity.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';
import { useQuota } from './use-quota.ts';

const PERIODS = ['7', '30', '90'] as const;
type Period = (typeof PERIODS)[number];
const DAY_MS = 86_400_000;

/** What one has used, what is left, and for administrators what everybody has used. */
export function UsageSection() {
  const { user } = useServices();
  const [period, setPeriod] = useState<Period>('30');
  const from = firstDayOf(Number(period));
  const options = PERIODS.map((days) => [days, texts.usage.days(Number(days))] as const);
  return (
    <div className="grid gap-8">
      <QuotaMeters />
      <SelectField
        label={texts.usage.period}
        value={period}
        options={options}
        onChange={(value) => setPeriod(PERIODS.find((days) => days === value) ?? '30')}
      />
      <OwnUsage from={from} />
      {user.role === 'admin' && <EverybodysUsage from={from} />}
    </div>
  );
}

function QuotaMeters() {
  const quota = useQuota();
  if (quota.isPending) return <Spinner />;
  if (quota.isError) return <Failed error={quota.error} onRetry={() => void quota.refetch()} />;
  const { tokens, generations } = quota.data;
  return (
    <div className="grid gap-4">
      <Meter
        label={texts.usage.tokensToday}
        {...tokens}
        note={texts.usage.resets(formatTime(new Date(tokens.resetsAt)))}
      />
      <Meter label={texts.usage.repliesNow} {...generations} note={undefined} />
    </div>
  );
}

function Meter({ label, used, limit, note }: { label: string; used: number; limit: number; note: string | undefined }) {
  const id = useId();
  return (
    <div className="grid gap-1.5 text-sm">
      <p id={id} className="flex flex-wrap justify-between gap-x-4">
        <span className="font-medium">{label}</span>
        <span className="text-ink-soft">{texts.usage.used(formatNumber(used), formatNumber(limit))}</span>
      </p>
      <meter aria-labelledby={id} min={0} max={limit} value={Math.min(used, limit)} className="sr-only" />
      <div aria-hidden className="h-2 overflow-hidden rounded-full bg-hover">
        <div
          className={`h-full ${used >= limit ? 'bg-danger' : 'bg-accent'}`}
          style={{ width: `${Math.min(100, (100 * used) / limit)}%` }}
        />
      </div>
      <p className="text-xs text-ink-faint">
        {texts.usage.left(Math.max(0, limit - used))} {note}
      </p>
    </div>
  );
}

function OwnUsage({ from }: { from: string }) {
  const { api } = useServices();
  const { data: personas = [] } = usePersonas();
  const activity = useQuery({
    queryKey: queryKeys.activity(from),
    queryFn: ({ signal }) => api.usage.listActivity(from, signal),
  });
  if (activity.isPending) return <Spinner />;
  if (activity.isError) return <Failed error={activity.error} onRetry={() => void activity.refetch()} />;
  const items = activity.data.filter(({ messages, replies }) => messages + replies > 0);
  if (items.length === 0) return <p className="text-sm text-ink-faint">{texts.usage.empty}</p>;
  const nameOf = (id: string) => personas.find((persona) => persona.id === id)?.name ?? texts.usage.otherPersona;
  const byDay = sumBy(items, ({ day }) => day).map(({ key, counts }) => ({ key, label: formatDay(key), counts }));
  const byPersona = sumBy(items, ({ persona }) => persona ?? '').map(({ key, counts }) => ({
    key,
    label: nameOf(key),
    counts,
  }));
  return (
    <>
      <UsageChart days={daysFrom(from)} items={items} />
      <UsageTable caption={texts.usage.byDay} rows={byDay.toSorted((a, b) => b.key.localeCompare(a.key))} />
      <UsageTable caption={texts.usage.byPersona} rows={byPersona} />
    </>
  );
}

function EverybodysUsage({ from }: { from: string }) {
  const { api } = useServices();
  const totals = useQuery({
    queryKey: queryKeys.activityTotals(from),
    queryFn: ({ signal }) => api.usage.listTotals(from, signal),
  });
  if (totals.isPending) return <Spinner />;
  if (totals.isError) return <Failed error={totals.error} onRetry={() => void totals.refetch()} />;
  const rows = totals.data.map(({ day, activeUsers, ...counts }) => ({
    key: day,
    label: formatDay(day),
    counts,
    activeUsers,
  }));
  return <UsageTable caption={texts.usage.everybody} rows={rows.toSorted((a, b) => b.key.localeCompare(a.key))} />;
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
      {problemText(problemOf(error))}
      <Button onClick={onRetry}>{texts.tryAgain}</Button>
    </div>
  );
}

/** The day with which a period that ends today begins, in UTC, as the server counts. */
function firstDayOf(days: number): string {
  return new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);
}
