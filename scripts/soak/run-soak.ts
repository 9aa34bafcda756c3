import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitForStopSignal } from '../start/stop-signals.ts';
import { startKillTrials } from './killed-gateway.ts';
import { parseSoakOptions, type SoakCommand, SoakOptionError, soakHelp } from './options.ts';
import { restartGateways } from './rolling-restart.ts';
import { type SoakResult, soak } from './soak.ts';

/** What a shell reports of a program that Ctrl-C ended. */
const interruptedCode = 130;

/** Runs the soaks that the arguments ask for, says what each one found, and returns the exit code. */
export async function runSoak(process: NodeJS.Process, args: readonly string[]): Promise<number> {
  try {
    const command = parseSoakOptions(args, () => randomInt(2 ** 30));
    if (!command.help) {
      const stopped = waitForStopSignal(process, () => process.exit(interruptedCode)).then(() => interruptedCode);
      return await Promise.race([soakAll(process, command), stopped]);
    }
    process.stdout.write(soakHelp);
    return 0;
  } catch (error) {
    if (!(error instanceof SoakOptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function soakAll(process: NodeJS.Process, command: SoakCommand): Promise<number> {
  const failed: number[] = [];
  await using trials = command.scenario === 'killed-gateway' ? await startKillTrials() : undefined;
  for (const seed of command.seeds) {
    const startedAtMs = performance.now();
    const note = (text: string) => {
      process.stderr.write(`${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s  ${text}\n`);
    };
    process.stdout.write(`seed ${seed}\n`);
    const result = await (trials?.run(seed) ?? runOnce(command, { seed, note }));
    process.stdout.write(`${render(result)}\n`);
    if (result.violations.length === 0) continue;
    failed.push(seed);
    await keepLogs(command, { seed, result });
  }
  const verdict =
    failed.length === 0 ? 'every promise was kept' : `promises were broken with the seeds ${failed.join(', ')}`;
  process.stdout.write(`${command.seeds.length} soaks: ${verdict}\n`);
  return failed.length === 0 ? 0 : 1;
}

function runOnce(
  { scenario, minutes, people }: SoakCommand,
  { seed, note }: { seed: number; note: (text: string) => void },
): Promise<SoakResult> {
  if (scenario === 'rolling-restart') return restartGateways({ seed, clientCount: people, note });
  const faults = scenario === 'failing-calls' ? 'calls' : 'all';
  return soak({ seed, durationMs: minutes * 60_000, peopleCount: people, faults, note });
}

function render({ counts, violations }: SoakResult): string {
  const done = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return [`  ${done.join(', ')}`, ...violations.map((violation) => `  ✗ ${violation}`)].join('\n');
}

async function keepLogs(
  { logDir }: SoakCommand,
  { seed, result }: { seed: number; result: SoakResult },
): Promise<void> {
  if (logDir === undefined) return;
  await mkdir(logDir, { recursive: true });
  await writeFile(join(logDir, `soak-${seed}.log`), result.logs);
}
