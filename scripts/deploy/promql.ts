import { parser } from '@prometheus-io/lezer-promql';

/** The metrics that a PromQL expression reads. Throws when it is not well formed. */
export function metricsOf(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, node, from, to }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`);
      // Under a selector it names the metric; elsewhere it would be a label.
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') names.push(expression.slice(from, to));
    },
  });
  return names;
}
