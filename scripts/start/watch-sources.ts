import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../root-dir.ts';

/** An editor's save comes as several events. */
const settleMs = 200;

/**
 * Calls back with a service's folder when its sources change, and with the folder of all services when a package that they
 * share does.
 */
export function watchSources(onChange: (folder: string) => void): void {
  const servicesDir = join(rootDir, 'services');
  for (const service of readdirSync(servicesDir)) {
    const folder = join(servicesDir, service);
    if (service !== 'web-client') watchFolder(join(folder, 'src'), () => onChange(folder));
  }
  for (const shared of [join(rootDir, 'packages'), join(rootDir, 'proto')]) {
    watchFolder(shared, () => onChange(servicesDir));
  }
}

function watchFolder(folder: string, onChange: () => void): void {
  if (!existsSync(folder)) return;
  let timer: NodeJS.Timeout | undefined;
  watch(folder, { recursive: true }, (_event, path) => {
    if (path === null || /node_modules|generated|(^|[\\/])tests[\\/]/.test(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  }).unref();
}
