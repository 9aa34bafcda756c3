import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from './lock.mjs';

const pollMs = 500;
const shells = ['sh', 'dash', 'bash', 'ash', 'zsh', 'busybox', 'cmd.exe'];

/**
 * Calls back once when the package manager that runs this script is gone, however it ended. npm gives its scripts no
 * channel that would close, so its pid is watched. A script that was run by hand has no such parent: it may outlive its
 * shell (nohup).
 *
 * @param {() => void} callback
 * @returns {() => void} stops watching
 */
export function onParentGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parentPid = process.ppid;
  const pids = [parentPid, ...findPackageManagerAbove(parentPid)];
  const timer = setInterval(() => {
    if (process.ppid === parentPid && pids.every(isAlive)) return;
    clearInterval(timer);
    callback();
  }, pollMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Between npm and its script there may be a shell, which does not die with npm. */
function findPackageManagerAbove(pid) {
  const parent = inspectProcess(pid);
  return parent !== undefined && shells.includes(parent.name) ? [parent.ppid] : [];
}

function inspectProcess(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      return { name: stat.slice(stat.indexOf('(') + 1, end), ppid: Number(stat.slice(end + 2).split(' ')[1]) };
    }
    if (process.platform === 'win32') return undefined;
    const [ppid, path = ''] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', `${pid}`], { encoding: 'utf8' })
      .trim()
      .split(/\s+/, 2);
    return { name: path.replace(/^.*\//, '').replace(/^-/, ''), ppid: Number(ppid) };
  } catch {
    // Without the answer only the direct parent is watched.
    return undefined;
  }
}
