import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The environment that makes every Node process below write a CPU profile, named after its pid, when it ends. */
export function profilingEnv(dir: string | undefined): Record<string, string> {
  if (dir === undefined) return {};
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Node fills in the pid.
  const name = 'CPU.${pid}.cpuprofile';
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir} --cpu-prof-name=${name}` };
}

/** Gives the profiles of these processes readable names and removes those of others: of the starter and its tasks. */
export async function collectProfiles(options: {
  dir: string | undefined;
  prefix: string;
  processes: readonly { name: string; pid: number }[];
}): Promise<void> {
  const { dir, prefix, processes } = options;
  if (dir === undefined) return;
  await mkdir(dir, { recursive: true });
  for (const file of await readdir(dir)) {
    const pid = /^CPU\.(\d+)\.cpuprofile$/.exec(file)?.[1];
    if (pid === undefined) continue;
    const owner = processes.find((process) => process.pid === Number(pid));
    if (owner === undefined) await rm(join(dir, file));
    else await rename(join(dir, file), join(dir, `${prefix}-${owner.name}.cpuprofile`));
  }
}
