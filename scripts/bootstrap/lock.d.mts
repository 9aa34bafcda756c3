export function acquireLock(path: string): { acquired: true; release: () => void } | { acquired: false; pid: number };
export function isAlive(pid: number): boolean;
