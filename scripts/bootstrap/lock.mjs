import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Takes a lock that belongs to this process until it is released or the process is gone. The lock is a file with the
 * holder's identity, made complete under another name and then linked into place: a reader never sees half of it.
 *
 * @param {string} path the lock file
 * @returns {{ acquired: true, release: () => void } | { acquired: false, pid: number }} the holder's pid when another
 *   living process has the lock
 */
export function acquireLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    if (createExclusive(path, identify(process.pid))) return { acquired: true, release: () => releaseLock(path) };
    const holder = readIfExists(path);
    if (holder === undefined) continue;
    const pid = Number.parseInt(holder, 10);
    if (pid !== process.pid && holder === identify(pid)) return { acquired: false, pid };
    removeStale(path, holder);
  }
}

/**
 * Says who a process is. A pid alone is soon given to another process (in a container, to the same small numbers after
 * each restart), so on Linux its start time and the boot are part of the name.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs
 */
function identify(pid) {
  if (!isAlive(pid)) return undefined;
  const fields = readStatFields(pid);
  const bootId = readIfExists('/proc/sys/kernel/random/boot_id');
  if (fields === undefined || bootId === undefined) return `${pid}`;
  return `${pid} ${fields.startTime} ${bootId.trim()}`;
}

/**
 * Whether a process runs. One that has ended and was not yet taken note of by its parent (a zombie) does not: where
 * process 1 is no real init, as in many containers, it stays like that.
 *
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return readStatFields(pid)?.state !== 'Z';
  } catch (error) {
    // EPERM: it runs, but belongs to another user.
    return error.code === 'EPERM';
  }
}

/** Linux only, from proc_pid_stat(5); undefined elsewhere. */
function readStatFields(pid) {
  const stat = readIfExists(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field, the command in parentheses, may hold spaces: count the ones after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], startTime: fields[19] };
}

function createExclusive(path, content) {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Two processes may find the same stale lock: whoever moves away a fresh one by mistake puts it back. */
function removeStale(path, staleContent) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readFileSync(aside, 'utf8') !== staleContent) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseLock(path) {
  if (readIfExists(path) === identify(process.pid)) rmSync(path, { force: true });
}

function readIfExists(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}
