import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where the toolchain lives: one folder a tool and version. */
export const toolchainDir = join(rootDir, '.toolchain');

/** Where stamps and compile caches live: deleting node_modules deletes them too, which is the point. */
export const cacheDir = join(rootDir, 'node_modules', '.cache', 'chatbot');
