// The embedded Redis as a program of its own: `node js-redis-main.ts <port>`.
import { createRedisServer } from 'js-redis-server';

await createRedisServer({ port: Number(process.argv[2]) });
