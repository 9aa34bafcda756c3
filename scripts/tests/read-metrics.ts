/** The names of all metrics at a URL; a histogram also has those of its series. */
export async function readMetricNames(metricsUrl: string): Promise<ReadonlySet<string>> {
  const text = await (await fetch(metricsUrl)).text();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}
