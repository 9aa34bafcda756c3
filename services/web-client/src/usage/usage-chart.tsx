import { formatDay, formatNumber } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { type Counts, sumBy } from './sum-activity.ts';

type UsageChartProps = {
  /** The days of the period, YYYY-MM-DD, the first one first. */
  days: readonly string[];
  items: readonly (Counts & { day: string })[];
};

/** A column of tokens for each day, those that were read below those that were written. For the eye: the table says the same. */
export function UsageChart({ days, items }: UsageChartProps) {
  const byDay = new Map(sumBy(items, ({ day }) => day).map(({ key, counts }) => [key, counts]));
  const most = Math.max(1, ...[...byDay.values()].map((counts) => counts.promptTokens + counts.completionTokens));
  const share = (tokens: number) => `${(100 * tokens) / most}%`;
  const { chart } = texts.usage;
  return (
    <figure aria-hidden className="grid gap-2">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 text-sm">
        <span className="font-medium">{chart.title}</span>
        <span className="flex gap-3 text-2xs text-ink-faint">
          <Key className="bg-accent">{chart.written}</Key>
          <Key className="bg-line-strong">{chart.read}</Key>
        </span>
      </figcaption>
      <div className="flex h-32 items-end gap-px border-b border-line">
        {days.map((day) => {
          const { promptTokens = 0, completionTokens = 0 } = byDay.get(day) ?? {};
          return (
            <div
              key={day}
              title={`${formatDay(day)}: ${chart.tokens(formatNumber(promptTokens), formatNumber(completionTokens))}`}
              className="flex h-full min-w-0 flex-1 flex-col justify-end hover:bg-hover"
            >
              <div className="rounded-t-xs bg-accent" style={{ height: share(completionTokens) }} />
              <div className="bg-line-strong" style={{ height: share(promptTokens) }} />
            </div>
          );
        })}
      </div>
      <p className="flex justify-between gap-4 text-2xs text-ink-faint">
        {[days.at(0), days.at(-1)].map((day) => day !== undefined && <span key={day}>{formatDay(day)}</span>)}
      </p>
    </figure>
  );
}

function Key({ className, children }: { className: string; children: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`size-2 rounded-full ${className}`} />
      {children}
    </span>
  );
}
