import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { rootDir } from '../root-dir.ts';

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']));
const stepSchema = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const jobSchema = z.looseObject({
  uses: z.string().optional(),
  container: z.string().optional(),
  'timeout-minutes': z.int().optional(),
  permissions: permissionsSchema.optional(),
  steps: z.array(stepSchema).default([]),
});
const workflowSchema = z.looseObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  jobs: z.record(z.string(), jobSchema),
});

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')));

describe.each(globSync('.github/workflows/*.yml', { cwd: rootDir }))('%s', (file) => {
  const text = readFileSync(join(rootDir, file), 'utf8');
  const workflow = workflowSchema.parse(parse(text));
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('takes every action at one commit, whose version it names', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, what = '']) => what);
    expect(uses.length).toBeGreaterThan(0);
    const isPinned = (what: string) => what.startsWith('./') || /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what);
    expect(uses.filter((what) => !isPinned(what))).toEqual([]);
    const isLoose = (image: string) => !/:\d+\.\d+\.\d+[\w.-]*$|@sha256:/.test(image);
    expect(jobs.flatMap(({ container }) => container ?? []).filter(isLoose)).toEqual([]);
  });

  it('may read the code, and more only in the job that needs it', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(jobs.filter(({ permissions }) => permissions?.contents === 'write')).toEqual([]);
  });

  it('leaves no credentials behind a checkout and lets no job hang', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with['persist-credentials'] !== false)).toEqual([]);
    expect(jobs.filter((job) => job.uses === undefined && job['timeout-minutes'] === undefined)).toEqual([]);
  });

  it('runs no command with what somebody else wrote, and not for strangers with the rights of the repository', () => {
    // An expression is pasted into the command before the shell reads it; what is needed comes by the environment.
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  it('names only commands that there are', () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
