import { readdirSync, readFileSync } from 'node:fs';

/** Who takes part in a load, and a piece of the command line that tells each. */
const parts = {
  gateway: /api-gateway\/src\/main|bare-chain\/gateway/,
  'ai-service': /ai-service\/src\/main|bare-chain\/ai-server/,
  'chat-service': /chat-service\/src\/main/,
  Postgres: /postgres/,
  Redis: /redis-server|js-redis/,
  'model server': /ollama-sim\/src\/main/,
  clients: /scripts\/bench\.ts/,
} as const;

type Part = keyof typeof parts;

export const cpuParts = Object.keys(parts) as readonly Part[];

/** The unit of the times in /proc on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

/**
 * Begins to count what each part takes of the processor; `end` gives it in percent of one core, in the order of cpuParts. Undefined where the
 * system does not tell (only Linux has /proc). Only this process and what it has started count.
 */
export function countCpu(): { end: () => readonly number[] | undefined } {
  const before = readTicks();
  const startedAtMs = performance.now();
  return {
    end() {
      const after = readTicks();
      if (before === undefined || after === undefined) return undefined;
      const seconds = (performance.now() - startedAtMs) / 1_000;
      return cpuParts.map((part) => {
        const ticks = [...after]
          .filter(([, process]) => process.part === part)
          .map(([pid, process]) => {
            return process.ticks - (before.get(pid)?.ticks ?? 0);
          });
        return (100 * ticks.reduce((sum, count) => sum + count, 0)) / ticksPerSecond / seconds;
      });
    },
  };
}

interface Process {
  parentPid: string;
  part: Part | undefined;
  ticks: number;
}

function readTicks(): Map<string, Process> | undefined {
  if (process.platform !== 'linux') return undefined;
  const all = new Map<string, Process>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = readProcess(pid);
    if (found !== undefined) all.set(pid, found);
  }
  return new Map([...all].filter(([pid]) => isOurs(all, pid)));
}

/** Undefined when it has ended meanwhile. */
function readProcess(pid: string): Process | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces and parentheses. Then come state, parent and, as 14th and 15th, user and system time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const part = cpuParts.find((name) => parts[name].test(command));
    return { parentPid: fields[1] ?? '', part, ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}

function isOurs(all: ReadonlyMap<string, Process>, pid: string): boolean {
  if (pid === String(process.pid)) return true;
  const found = all.get(pid);
  return found !== undefined && isOurs(all, found.parentPid);
}
