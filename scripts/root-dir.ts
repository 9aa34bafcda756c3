import { join } from 'node:path';

/** The root folder of the repository. */
export const rootDir = join(import.meta.dirname, '..');

/** Where stamps and compile caches live: deleting node_modules deletes them too, which is the point. */
export const cacheDir = join(rootDir, 'node_modules', '.cache', 'chatbot');
