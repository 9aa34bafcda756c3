import { formatDuration } from '../chat/details.ts';
import { formatNumber } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { type Counts, sumOf, tokensOf } from './sum-activity.ts';

export type UsageRow = { key: string; label: string; counts: Counts; activeUsers?: number };

/** Numbers in a table; the bars beside the tokens are only for the eye. */
export function UsageTable({ caption, rows }: { caption: string; rows: readonly UsageRow[] }) {
  const most = Math.max(1, ...rows.map(({ counts }) => tokensOf(counts)));
  const { columns } = texts.usage;
  const hasUsers = rows.some(({ activeUsers }) => activeUsers !== undefined);
  return (
    // Reachable by keyboard, because on a phone it scrolls sideways.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section aria-label={caption} tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-sm tabular-nums">
        <caption className="pb-2 text-left font-medium">{caption}</caption>
        <thead className="text-2xs text-ink-faint">
          <tr className="border-b border-line">
            <th scope="col" className="py-1.5 pr-3 text-left font-medium">
              {columns.what}
            </th>
            {hasUsers && <NumberHead>{columns.users}</NumberHead>}
            <NumberHead>{columns.messages}</NumberHead>
            <NumberHead>{columns.tokens}</NumberHead>
            <NumberHead>{columns.time}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, label, counts, activeUsers }) => (
            <tr key={key} className="border-b border-line">
              <th scope="row" className="py-1.5 pr-3 text-left font-normal whitespace-nowrap">
                {label}
              </th>
              {hasUsers && <NumberCell>{formatNumber(activeUsers ?? 0)}</NumberCell>}
              <NumberCell>{formatNumber(counts.messages)}</NumberCell>
              <td className="min-w-16 py-1.5 pl-3 text-right">
                {formatNumber(tokensOf(counts))}
                <span
                  aria-hidden
                  className="mt-0.5 ml-auto block h-1 rounded-full bg-accent"
                  style={{ width: `${(100 * tokensOf(counts)) / most}%` }}
                />
              </td>
              <NumberCell>{formatDuration(counts.generationMs)}</NumberCell>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <TotalRow counts={sumOf(rows.map(({ counts }) => counts))} hasUsers={hasUsers} />
        </tfoot>
      </table>
    </section>
  );
}

function TotalRow({ counts, hasUsers }: { counts: Counts; hasUsers: boolean }) {
  return (
    <tr className="font-medium">
      <th scope="row" className="py-1.5 pr-3 text-left font-medium">
        {texts.usage.total}
      </th>
      {/* Who was there on two days is one person: a sum would be wrong. */}
      {hasUsers && <td />}
      <NumberCell>{formatNumber(counts.messages)}</NumberCell>
      <NumberCell>{formatNumber(tokensOf(counts))}</NumberCell>
      <NumberCell>{formatDuration(counts.generationMs)}</NumberCell>
    </tr>
  );
}

function NumberHead({ children }: { children: string }) {
  return (
    <th scope="col" className="py-1.5 pl-3 text-right font-medium">
      {children}
    </th>
  );
}

function NumberCell({ children }: { children: string }) {
  return <td className="py-1.5 pl-3 text-right whitespace-nowrap">{children}</td>;
}
