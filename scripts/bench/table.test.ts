import { expect, it } from 'vitest';
import { formatMs, formatRatio, renderTable } from './table.ts';

it('lines its columns up as Markdown', () => {
  const text = renderTable({
    title: 'Times',
    notes: ['In milliseconds.'],
    header: ['', 'p50'],
    rows: [
      ['bare chain', '1.20'],
      ['all', '10.00'],
    ],
  });
  expect(text.split('\n')).toEqual([
    '## Times',
    '',
    'In milliseconds.',
    '',
    '|            |   p50 |',
    '| ---------- | ----: |',
    '| bare chain |  1.20 |',
    '| all        | 10.00 |',
    '',
  ]);
});

it('shows a dash for what could not be measured', () => {
  expect(formatMs(Number.NaN)).toBe('–');
  expect(formatRatio(1, undefined)).toBe('–');
  expect(formatRatio(Number.NaN, 2)).toBe('–');
  expect(formatRatio(1, 0)).toBe('–');
});
