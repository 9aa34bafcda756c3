import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { rootDir } from '../root-dir.ts';

const infrastructureDir = join(rootDir, 'infrastructure');

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.looseObject({
          expr: z.string(),
          alert: z.string().optional(),
          record: z.string().optional(),
          annotations: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
});

const dashboardSchema = z.object({
  uid: z.string(),
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

/** Every rule of Prometheus. */
export function readRules() {
  return filesOf('prometheus/rules').flatMap((text) =>
    rulesSchema.parse(parse(text)).groups.flatMap(({ rules }) => rules),
  );
}

/** Every dashboard of Grafana. */
export function readDashboards() {
  return filesOf('grafana/dashboards').map((text) => dashboardSchema.parse(JSON.parse(text)));
}

/** The names of the tests of the alerts. */
export function readAlertTests(): string[] {
  const schema = z.object({ tests: z.array(z.object({ name: z.string() })) });
  return filesOf('prometheus/tests').flatMap((text) => schema.parse(parse(text)).tests.map(({ name }) => name));
}

function filesOf(folder: string): string[] {
  const dir = join(infrastructureDir, folder);
  return readdirSync(dir).map((file) => readFileSync(join(dir, file), 'utf8'));
}
