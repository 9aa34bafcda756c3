/**
 * The value that `fraction` (0 to 1) of the sorted values do not exceed, by the nearest-rank method; NaN without values.
 * p50 is percentile(values, 0.5).
 */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The two figures that every table shows. */
export function summarize(values: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
