export { CallClient } from './call-client.ts';
export { CallPool } from './call-pool.ts';
