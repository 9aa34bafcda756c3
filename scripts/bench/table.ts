export interface Table {
  title: string;
  /** Sentences below the title: what was measured, and how. */
  notes: readonly string[];
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A section of Markdown whose columns also line up in a terminal: the first to the left, the others to the right. */
export function renderTable({ title, notes, header, rows }: Table): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]) =>
    line(widths.map((width, column) => pad({ text: row[column] ?? '', width, column })));
  const rule = line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [`## ${title}`, '', ...notes, '', padded(header), rule, ...rows.map(padded), ''].join('\n');
}

/** Milliseconds with two decimals. */
export function formatMs(ms: number): string {
  return Number.isNaN(ms) ? '–' : ms.toFixed(2);
}

/** "1.9 ×"; a dash when there is nothing to compare with. */
export function formatRatio(value: number, base: number | undefined): string {
  const ratio = base === undefined ? Number.NaN : value / base;
  return Number.isFinite(ratio) ? `${ratio.toFixed(1)} ×` : '–';
}

/** A whole number of percent, without the sign: "42". */
export function formatPercent(percent: number): string {
  return Number.isNaN(percent) ? '–' : percent.toFixed(0);
}

/** A whole number with thousands separators. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function pad({ text, width, column }: { text: string; width: number; column: number }): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
