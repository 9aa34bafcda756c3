// Redis in JavaScript, for a machine without redis-server: js-redis.ts <port>. It keeps nothing on disk.
import { createRedisServer } from 'js-redis-server';

const [port = ''] = process.argv.slice(2);
const server = await createRedisServer({ port: Number(port) });

process.once('SIGTERM', async () => {
  await server.close();
  process.exit(0);
});
process.send?.({ ready: true });
