import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAlertTests, readRules } from '../deploy/observed.ts';
import { rootDir } from '../root-dir.ts';

const alerts = readRules().flatMap(({ alert, annotations }) => (alert === undefined ? [] : [{ alert, annotations }]));
const operations = readFileSync(join(rootDir, 'docs', 'operations.md'), 'utf8');

it('every alert has a runbook entry, and every runbook entry an alert', () => {
  const [, runbook = ''] = operations.split(/^## Runbook$/m);
  const entries = [...runbook.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
  expect(entries.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
});

it('every alert says what is wrong and where its runbook is', () => {
  for (const { alert, annotations } of alerts) {
    expect(annotations.summary, alert).toBeTruthy();
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  }
});

it('every alert has a test in which it fires and one in which it is silent', () => {
  const tested = readAlertTests().sort();
  expect(tested).toEqual(alerts.flatMap(({ alert }) => [`${alert} fires`, `${alert} is silent`]).sort());
});
