// Redis in JavaScript, for a machine without redis-server: js-redis.ts <port>. It keeps nothing on disk.
import { startEmbeddedRedis } from '@chatbot/testkit/embedded-redis';

const [port = ''] = process.argv.slice(2);
const redis = await startEmbeddedRedis({ port: Number(port) });

process.once('SIGTERM', async () => {
  await redis[Symbol.asyncDispose]();
  process.exit(0);
});
process.send?.({ ready: true });
