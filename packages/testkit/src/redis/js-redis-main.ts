// The embedded Redis as a program of its own: `node js-redis-main.ts <port>`.
import { startEmbeddedRedis } from './embedded-redis.ts';

await startEmbeddedRedis({ port: Number(process.argv[2]) });
