import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { rootDir } from '../root-dir.ts';
import { runProgram } from '../run-program.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { overlays } from './overlays.ts';
import { renderOverlay } from './render-overlay.ts';

type Check = { readonly name: string; readonly tool: string; run(): Promise<string | undefined> };

const prometheusDir = join(rootDir, 'infrastructure', 'prometheus');
const rules = filesIn('rules');
const tests = filesIn('tests');

const checks: readonly Check[] = [
  ...overlays.map(({ name, dir }) => ({
    name: `the overlay ${name} is rendered as kubectl renders it`,
    tool: 'kubectl',
    run: () => compareWithKubectl(dir),
  })),
  { name: 'Prometheus takes the rules', tool: 'promtool', run: () => run('promtool', ['check', 'rules', ...rules]) },
  {
    name: 'Prometheus takes the configuration',
    tool: 'promtool',
    run: () => run('promtool', ['check', 'config', join(prometheusDir, 'prometheus.yml')]),
  },
  {
    name: 'every alert fires and is silent as its tests say',
    tool: 'promtool',
    run: () => run('promtool', ['test', 'rules', ...tests]),
  },
];

/** Runs every check whose tool is there, and says what was left out. Returns whether all held and no tool that is required was missing. */
export async function checkDeploy({ requiredTools }: { requiredTools: readonly string[] }): Promise<boolean> {
  let allHold = true;
  for (const { name, tool, run } of checks) {
    if (!(await isInstalled(tool))) {
      console.log(`SKIPPED: ${name} (${tool} is not on PATH)`);
      if (requiredTools.includes(tool)) allHold = false;
      continue;
    }
    const problem = await run();
    console.log(`${problem === undefined ? '✓' : '✗'} ${name}`);
    if (problem === undefined) continue;
    console.log(problem);
    allHold = false;
  }
  return allHold;
}

async function compareWithKubectl(dir: string): Promise<string | undefined> {
  const { code, output } = await runProgram({ command: 'kubectl', args: ['kustomize', dir], cwd: rootDir });
  if (code !== 0) return output;
  const theirs = byName(parseAllDocuments(output).map((document) => manifestSchema.parse(document.toJS())));
  const ours = byName(renderOverlay(dir));
  const different = [...new Set([...theirs.keys(), ...ours.keys()])].filter(
    (name) => !isDeepStrictEqual(theirs.get(name), ours.get(name)),
  );
  return different.length === 0 ? undefined : `different: ${different.join(', ')}`;
}

function byName(manifests: readonly Manifest[]): Map<string, unknown> {
  // By way of JSON, where a field that is undefined is one that is not there.
  return new Map(
    manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, JSON.parse(JSON.stringify(manifest))]),
  );
}

async function run(command: string, args: string[]): Promise<string | undefined> {
  const { code, output } = await runProgram({ command, args, cwd: rootDir });
  return code === 0 ? undefined : output.trim();
}

async function isInstalled(tool: string): Promise<boolean> {
  const args = tool === 'kubectl' ? ['version', '--client'] : ['--version'];
  return (await runProgram({ command: tool, args, cwd: rootDir }).catch(() => undefined))?.code === 0;
}

function filesIn(folder: string): string[] {
  return readdirSync(join(prometheusDir, folder)).map((file) => join(prometheusDir, folder, file));
}
